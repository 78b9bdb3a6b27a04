namespace MirrorBackup.Vhd;

/// <summary>How strictly a VHD file is opened.</summary>
public sealed record VhdOpenOptions
{
    /// <summary>
    /// Whether the footer at the end of the file must be there and equal its copy at the start; the default. An unfinished merge may have overwritten
    /// it: to resume one, switch this off, and the copy at the start alone counts.
    /// </summary>
    public bool VerifyEndFooter { get; init; } = true;

    internal static VhdOpenOptions Default { get; } = new();
}
