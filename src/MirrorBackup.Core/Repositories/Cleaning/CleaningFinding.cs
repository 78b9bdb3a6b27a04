namespace MirrorBackup.Repositories.Cleaning;

/// <summary>Something that a cleaning found.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Vm">The VM.</param>
/// <param name="Path">
/// Where it lies, relative to the folder of the VM; empty for the folder itself. What lies elsewhere has its path from the root of the remote, with a <c>/</c>
/// before it.
/// </param>
/// <param name="Reason">What was found, and why it is kept if it is.</param>
public sealed record CleaningFinding(CleaningKind Kind, string Vm, string Path, string Reason)
{
    /// <summary>How many bytes it takes, as far as that is known without reading it; 0 for what takes next to nothing.</summary>
    public long Bytes { get; init; }

    /// <summary>What a cleaning that may change something does about it.</summary>
    public CleaningRemedy Remedy { get; init; }

    /// <summary>What was done.</summary>
    public CleaningAction Action { get; init; }

    /// <summary>Whether nothing is left to be done: it was dealt with, or it does no harm where it is.</summary>
    public bool IsSettled =>
        Action is CleaningAction.Deleted or CleaningAction.Quarantined or CleaningAction.Repaired
        || Kind is CleaningKind.Foreign or CleaningKind.UnlistedAncestor or CleaningKind.InterruptedTransfer;
}
