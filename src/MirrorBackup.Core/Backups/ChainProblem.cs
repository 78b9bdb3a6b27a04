namespace MirrorBackup.Backups;

/// <summary>What is wrong with a chain, found while it was read or checked.</summary>
/// <param name="Kind">What kind of problem.</param>
/// <param name="Path">The file concerned, relative to the folder of the VM.</param>
/// <param name="Message">What was found and what was expected.</param>
public sealed record ChainProblem(ChainProblemKind Kind, string Path, string Message)
{
    /// <summary>
    /// Whether this leaves doubt about what listed points need, so that nothing of the VM may be removed or merged
    /// (an unreadable metadata file may list any disk).
    /// </summary>
    public bool PreventsRetiring { get; init; }
}
