using MirrorBackup.Backups;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd.Directories;

/// <summary>How a VHD directory is written.</summary>
public sealed record VhdDirectoryWriteOptions
{
    /// <summary>The instant that the footer carries; the nearest that fits for one before 2000.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>How blocks are compressed.</summary>
    /// <value>Brotli by default, which is what Xen Orchestra writes.</value>
    public BlockCodec Codec { get; init; } = BlockCodec.Brotli;

    /// <summary>How many blocks may be written at once. Each takes up to two blocks of memory.</summary>
    /// <value>1 to 64; by default two more than there are processors, 4 at least and 6 at most. Xen Orchestra has 16, which takes more memory.</value>
    public int MaximumOverlap { get; init; } = Math.Clamp(Environment.ProcessorCount + 2, 4, 6);

    /// <summary>
    /// Called before each step that others could notice or suffer from: removing leftovers, publishing the alias, clearing away after a failure. Raises
    /// an exception if the lock of the disk's VM is lost.
    /// </summary>
    /// <value><see langword="null"/> by default: there is no lock.</value>
    public Func<CancellationToken, ValueTask>? EnsureLockHeld { get; init; }

    /// <summary>The record by which the transfer is resumed; without one, nothing is left of a transfer that fails.</summary>
    internal StagingOptions? Staging { get; init; }

    internal VhdGeometry Geometry { get; init; } = VhdGeometry.Maximum;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(MaximumOverlap, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaximumOverlap, 64);
    }
}
