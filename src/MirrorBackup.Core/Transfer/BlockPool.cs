using MirrorBackup.Disks;

namespace MirrorBackup.Transfer;

/// <summary>Blocks of one size on their way, each with its sector bitmap.</summary>
/// <remarks>Thread-safe. The pool itself sets no limit on what is rented: every copy is bounded by its own read-ahead and queues.</remarks>
internal sealed class BlockPool
{
    /// <summary>Bytes of data of every block of a backup repository.</summary>
    public const int DefaultBlockBytes = 2 * 1024 * 1024;

    private const int SectorBytes = 512;

    private int _outstanding;

    /// <summary>Creates a pool.</summary>
    /// <param name="blockBytes">Bytes of data per block.</param>
    public BlockPool(int blockBytes = DefaultBlockBytes)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(blockBytes, SectorBytes);
        BlockBytes = blockBytes;
        var bits = blockBytes / SectorBytes;
        BitmapBytes = (((bits + 7) / 8) + SectorBytes - 1) / SectorBytes * SectorBytes;
    }

    /// <summary>The pool that copies use when they are given none.</summary>
    public static BlockPool Shared { get; } = new();

    /// <summary>Bytes of data per block.</summary>
    public int BlockBytes { get; }

    /// <summary>Bytes of the sector bitmap, padded to a sector.</summary>
    public int BitmapBytes { get; }

    /// <summary>Held while the list of what a block was encoded to is looked at: one for all blocks, as that takes no time.</summary>
    public Lock Encoding { get; } = new();

    /// <summary>How many leases are out.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>Hands out a buffer of undefined content.</summary>
    /// <returns>A lease with one reference, held by the caller.</returns>
    public BlockLease Rent()
    {
        Interlocked.Increment(ref _outstanding);
        return new BlockLease(this, BlockBuffers.Rent(BitmapBytes + BlockBytes));
    }

    /// <summary>Notes that a lease has given its buffer back; called by its last release.</summary>
    internal void Return() => Interlocked.Decrement(ref _outstanding);
}
