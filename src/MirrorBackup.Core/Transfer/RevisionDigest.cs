using System.Globalization;
using MirrorBackup.Disks;

namespace MirrorBackup.Transfer;

/// <summary>
/// A digest of what one disk revision holds itself: its block indexes in ascending order, each with the XxHash128 of the block's clear
/// content. It does not depend on the form in which the revision is stored, costs next to nothing while sending, and is what a health check compares.
/// </summary>
/// <remarks>It tells whether a copy went right; it is no protection against somebody who forges content.</remarks>
/// <param name="Value">The XxHash128 of the sequence of (index, big-endian 32 bits; hash, big-endian 128 bits).</param>
/// <param name="BlockCount">How many blocks went into it.</param>
public readonly record struct RevisionDigest(UInt128 Value, int BlockCount)
{
    /// <summary>Reads a whole revision and computes its digest.</summary>
    /// <param name="disk">The revision; stays open.</param>
    /// <param name="options">Read-ahead, limit and counter; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The digest.</returns>
    /// <exception cref="UnsupportedBackupException">The disk is a delta with partly filled blocks.</exception>
    public static async Task<RevisionDigest> ComputeAsync(IVirtualDisk disk, CopyOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(disk);
        var source = new DiskBlockSource(disk, (options ?? new()).Check());
        await foreach (var block in source.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            block.Release();
        }

        return source.Digest;
    }

    /// <summary>32 hexadecimal digits, a slash, and the number of blocks.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Value:x32}/{BlockCount}");
}
