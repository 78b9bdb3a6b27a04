using System.ComponentModel.DataAnnotations;

namespace MirrorBackup.Vhd;

/// <summary>How a chain of VHDs is opened.</summary>
public sealed record VhdChainOptions
{
    /// <summary>How strictly each file is opened.</summary>
    public VhdOpenOptions Files { get; init; } = VhdOpenOptions.Default;

    /// <summary>
    /// The id of the revision to stop above: it is not opened, and the chain is a run with it as its parent. <see langword="null"/>, the default: down to a key.
    /// </summary>
    public Guid? StopAbove { get; init; }

    /// <summary>The most disks that a chain may have; files are kept open. 512 by default.</summary>
    [Range(1, int.MaxValue)]
    public int MaximumLength { get; init; } = 512;

    internal static VhdChainOptions Default { get; } = new();
}
