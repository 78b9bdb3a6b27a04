using System.Collections.Concurrent;

namespace MirrorBackup.Transfer;

/// <summary>
/// Buffers of one size: sector bitmap, data of one block, and the 28 bytes that encryption adds. Renting them apart, or from the shared
/// array pool, would double their memory, since that pool rounds up to powers of two.
/// </summary>
/// <remarks>
/// Thread-safe. The pool itself sets no limit on what is rented: every copy is bounded by its own read-ahead and queues. It keeps at most
/// as many returned buffers as it was told, and forgets the others.
/// </remarks>
internal sealed class BlockPool
{
    /// <summary>Bytes of data of every block of a backup repository.</summary>
    public const int DefaultBlockBytes = 2 * 1024 * 1024;

    private const int EnvelopeBytes = 28;
    private const int SectorBytes = 512;

    private readonly ConcurrentBag<byte[]> _free = [];
    private readonly int _retained;
    private int _freeCount;
    private int _outstanding;

    /// <summary>Creates a pool.</summary>
    /// <param name="retainedBlocks">The most buffers to keep for the next rent.</param>
    /// <param name="blockBytes">Bytes of data per block.</param>
    public BlockPool(int retainedBlocks = 16, int blockBytes = DefaultBlockBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(retainedBlocks);
        ArgumentOutOfRangeException.ThrowIfLessThan(blockBytes, SectorBytes);
        _retained = retainedBlocks;
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

    /// <summary>How many leases are out.</summary>
    public int Outstanding => Volatile.Read(ref _outstanding);

    /// <summary>Hands out a buffer of undefined content.</summary>
    /// <returns>A lease with one reference, held by the caller.</returns>
    public BlockLease Rent()
    {
        Interlocked.Increment(ref _outstanding);
        if (_free.TryTake(out var buffer))
        {
            Interlocked.Decrement(ref _freeCount);
        }
        else
        {
            buffer = GC.AllocateUninitializedArray<byte>(BitmapBytes + BlockBytes + EnvelopeBytes);
        }

        return new BlockLease(this, buffer);
    }

    /// <summary>Takes a buffer back; called by the last release of a lease.</summary>
    internal void Return(byte[] buffer)
    {
        Interlocked.Decrement(ref _outstanding);
        if (Interlocked.Increment(ref _freeCount) <= _retained)
        {
            _free.Add(buffer);
        }
        else
        {
            Interlocked.Decrement(ref _freeCount);
        }
    }
}
