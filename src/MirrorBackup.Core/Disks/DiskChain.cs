using System.Collections;
using System.Collections.ObjectModel;

namespace MirrorBackup.Disks;

/// <summary>
/// Several revisions of one disk, each the parent of the next, seen as one: of every sector the youngest version. Down to a key it is the whole disk; a
/// <em>run</em> that ends above one is a delta again, whose parent is the oldest revision's.
/// </summary>
/// <remarks>
/// Size and id are those of the youngest. What lies beyond the end of a revision is zero for all younger ones, also if a still older, larger one
/// holds something there. Thread-safe as <see cref="IVirtualDisk"/> says.
/// </remarks>
public sealed class DiskChain : IVirtualDisk
{
    private readonly IVirtualDisk[] _youngestFirst;
    private readonly long[] _visibleBytes;
    private readonly ReadOnlyCollection<int> _blocks;
    private readonly int[] _blockArray;
    private readonly int _bitBytes;
    private readonly bool _ownsDisks;

    private DiskChain(IVirtualDisk[] youngestFirst, bool ownsDisks)
    {
        _youngestFirst = youngestFirst;
        _ownsDisks = ownsDisks;
        _visibleBytes = VisibleBytes(youngestFirst);
        _blockArray = UnionOfBlocks(youngestFirst, _visibleBytes);
        _blocks = Array.AsReadOnly(_blockArray);
        _bitBytes = SectorBitmap.BitBytes(BlockSize);
    }

    /// <inheritdoc/>
    public string Name => _youngestFirst[0].Name;

    /// <inheritdoc/>
    public Guid Id => _youngestFirst[0].Id;

    /// <inheritdoc/>
    public Guid? ParentId => _youngestFirst[^1].ParentId;

    /// <inheritdoc/>
    public long VirtualSize => _youngestFirst[0].VirtualSize;

    /// <inheritdoc/>
    public int BlockSize => _youngestFirst[0].BlockSize;

    /// <inheritdoc/>
    public IReadOnlyList<int> AllocatedBlocks => _blocks;

    /// <summary>How many revisions it spans; at least one.</summary>
    public int Length => _youngestFirst.Length;

    /// <summary>Joins revisions, oldest first.</summary>
    /// <param name="oldestFirst">At least one; each but the first must be a delta on the one before it.</param>
    /// <param name="ownsDisks">Whether disposing the chain disposes them; they must not be disposed before it in either case.</param>
    /// <returns>The chain.</returns>
    /// <exception cref="ArgumentException">There is no revision.</exception>
    /// <exception cref="CorruptBackupException">A revision is no delta on the one before it (<see cref="ErrorCodes.BrokenChainLink"/>).</exception>
    /// <exception cref="UnsupportedBackupException">The block sizes differ.</exception>
    public static DiskChain Create(IReadOnlyList<IVirtualDisk> oldestFirst, bool ownsDisks = true)
    {
        ArgumentNullException.ThrowIfNull(oldestFirst);
        if (oldestFirst.Count == 0)
        {
            throw new ArgumentException("A chain has at least one revision.", nameof(oldestFirst));
        }

        for (var i = 1; i < oldestFirst.Count; i++)
        {
            CheckLink(oldestFirst[i - 1], oldestFirst[i]);
        }

        return new DiskChain([.. oldestFirst.Reverse()], ownsDisks);
    }

    /// <inheritdoc/>
    public bool IsAllocated(int blockIndex) => Array.BinarySearch(_blockArray, blockIndex) >= 0;

    /// <inheritdoc/>
    public async ValueTask ReadBlockAsync(int blockIndex, Memory<byte> bitmap, Memory<byte> data, CancellationToken cancellationToken = default)
    {
        if (!IsAllocated(blockIndex))
        {
            throw new ArgumentOutOfRangeException(nameof(blockIndex), blockIndex, $"{Name}: no revision of the chain holds this block.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(bitmap.Length, _bitBytes, nameof(bitmap));
        ArgumentOutOfRangeException.ThrowIfLessThan(data.Length, BlockSize, nameof(data));
        (bitmap, data) = (bitmap[.._bitBytes], data[..BlockSize]);
        var start = (long)blockIndex * BlockSize;
        var isEmpty = true;
        for (var i = 0; i < _youngestFirst.Length; i++)
        {
            var limit = _visibleBytes[i] - start;
            var disk = _youngestFirst[i];
            if (limit > 0 && disk.IsAllocated(blockIndex))
            {
                isEmpty = await AddVersionAsync(disk, blockIndex, limit, bitmap, data, isEmpty, cancellationToken).ConfigureAwait(false);
            }

            if (!isEmpty && SectorBitmap.IsFull(bitmap.Span, BlockSize / SectorBitmap.SectorSize))
            {
                return;
            }
        }

        if (ParentId is null)
        {
            SectorOverlay.FillMissingWithZeros(bitmap.Span, data.Span, 0);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var disk in _ownsDisks ? _youngestFirst : [])
        {
            await disk.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Adds what an older revision holds of a block to what the younger ones hold.</summary>
    /// <returns>Always false: the block is no longer empty.</returns>
    private async ValueTask<bool> AddVersionAsync(
        IVirtualDisk disk, int blockIndex, long limit, Memory<byte> bitmap, Memory<byte> data, bool isEmpty, CancellationToken cancellationToken)
    {
        if (isEmpty && limit >= BlockSize)
        {
            await disk.ReadBlockAsync(blockIndex, bitmap, data, cancellationToken).ConfigureAwait(false);
            return false;
        }

        if (isEmpty)
        {
            bitmap.Span.Clear();
            data.Span.Clear();
        }

        using var lease = BlockBuffers.Rent(_bitBytes + BlockSize);
        var (olderBitmap, olderData) = (lease.Memory[.._bitBytes], lease.Memory[_bitBytes..]);
        await disk.ReadBlockAsync(blockIndex, olderBitmap, olderData, cancellationToken).ConfigureAwait(false);
        if (limit < BlockSize)
        {
            SectorOverlay.FillMissingWithZeros(bitmap.Span, data.Span, (int)((limit + SectorBitmap.SectorSize - 1) / SectorBitmap.SectorSize));
        }

        SectorOverlay.FillMissing(bitmap.Span, data.Span, olderBitmap.Span, olderData.Span);
        return false;
    }

    private static void CheckLink(IVirtualDisk parent, IVirtualDisk child)
    {
        if (child.ParentId != parent.Id)
        {
            throw new CorruptBackupException(
                $"{child.Name}: its parent is {(child.ParentId is { } id ? id : "none (it is a key)")}, but {parent.Name} below it is {parent.Id}.",
                ErrorCodes.BrokenChainLink) { Path = child.Name };
        }

        if (child.BlockSize != parent.BlockSize)
        {
            throw new UnsupportedBackupException(
                $"{child.Name}: blocks of {child.BlockSize} bytes on a parent, {parent.Name}, with blocks of {parent.BlockSize}; only equal sizes are handled.")
            {
                Path = child.Name,
            };
        }
    }

    // Of each revision, how much can be seen through all the younger ones.
    private static long[] VisibleBytes(IVirtualDisk[] youngestFirst)
    {
        var visible = new long[youngestFirst.Length];
        var smallest = long.MaxValue;
        for (var i = 0; i < visible.Length; i++)
        {
            visible[i] = smallest = Math.Min(smallest, youngestFirst[i].VirtualSize);
        }

        return visible;
    }

    // A bit per block and not a list of the blocks of all revisions: tables of a few bytes can claim millions of blocks each.
    private static int[] UnionOfBlocks(IVirtualDisk[] youngestFirst, long[] visibleBytes)
    {
        var last = -1L;
        for (var i = 0; i < youngestFirst.Length; i++)
        {
            if (youngestFirst[i].AllocatedBlocks is { Count: > 0 and var own } blocks)
            {
                last = Math.Max(last, Math.Min(blocks[own - 1], visibleBytes[i] / youngestFirst[i].BlockSize));
            }
        }

        var union = new BitArray((int)(last + 1));
        var count = 0;
        for (var i = 0; i < youngestFirst.Length; i++)
        {
            foreach (var block in youngestFirst[i].AllocatedBlocks)
            {
                if ((long)block * youngestFirst[i].BlockSize < visibleBytes[i] && !union[block])
                {
                    union[block] = true;
                    count++;
                }
            }
        }

        var result = new int[count];
        for (var block = (int)last; count > 0; block--)
        {
            if (union[block])
            {
                result[--count] = block;
            }
        }

        return result;
    }
}
