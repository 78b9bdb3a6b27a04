namespace MirrorBackup.Disks;

/// <summary>
/// One revision of a virtual disk, addressed by blocks: what it holds itself, not what its parents hold.
/// </summary>
/// <remarks>
/// Reading is thread-safe: several blocks may be read at once. Disposing while a read is under way is a mistake of the caller.
/// Block <c>i</c> holds the bytes from <c>i × BlockSize</c> on; the last block may reach beyond <see cref="VirtualSize"/>,
/// the bytes beyond it are zero.
/// </remarks>
public interface IVirtualDisk : IAsyncDisposable
{
    /// <summary>Where the disk lies, for messages.</summary>
    string Name { get; }

    /// <summary>The unique id of the revision (VHD footer, <c>formats/vhd.md</c> §1.5).</summary>
    Guid Id { get; }

    /// <summary>The id of the parent; <see langword="null"/> for a key.</summary>
    Guid? ParentId { get; }

    /// <summary>The size that the guest sees, in bytes; a multiple of 512 wherever a hypervisor wrote it, which readers do not insist on.</summary>
    long VirtualSize { get; }

    /// <summary>Bytes of data per block; 2 MiB for every disk of a backup repository.</summary>
    int BlockSize { get; }

    /// <summary>The blocks that this revision holds itself, in ascending order.</summary>
    IReadOnlyList<int> AllocatedBlocks { get; }

    /// <summary>Whether this revision holds (part of) a block itself.</summary>
    /// <param name="blockIndex">0-based; any value is allowed, also one beyond the disk.</param>
    /// <returns>True if it does.</returns>
    bool IsAllocated(int blockIndex);

    /// <summary>Reads an allocated block.</summary>
    /// <param name="blockIndex">A block for which <see cref="IsAllocated"/> is true.</param>
    /// <param name="bitmap">
    /// Receives one bit per sector, most significant bit first: 1 = the sector is in this revision. At least
    /// <c>BlockSize / 512 / 8</c> bytes; what is longer is left alone.
    /// </param>
    /// <param name="data">Receives exactly <see cref="BlockSize"/> bytes; sectors whose bit is 0 hold zeros.</param>
    /// <param name="cancellationToken">Stops the read; the content of both buffers is then undefined.</param>
    /// <exception cref="ArgumentOutOfRangeException">The block is not allocated, or a buffer is too small.</exception>
    /// <exception cref="CorruptBackupException">The block cannot be what its format demands.</exception>
    ValueTask ReadBlockAsync(int blockIndex, Memory<byte> bitmap, Memory<byte> data, CancellationToken cancellationToken = default);
}
