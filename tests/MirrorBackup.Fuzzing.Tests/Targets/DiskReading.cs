using MirrorBackup.Disks;
using MirrorBackup.Fuzzing.Engine;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>Reads what a disk that opened says that it holds.</summary>
internal static class DiskReading
{
    private const int MaximumBlocks = 64;
    private const long MaximumDigested = 32 << 20;

    /// <summary>What reading may allocate for its own buffers: a bitmap and the largest block, twice for the reader's.</summary>
    public const long Buffers = 36 << 20;

    /// <summary>Reads the first blocks, and the whole view if it is small.</summary>
    public static async Task ReadAsync(IVirtualDisk disk, CancellationToken cancellationToken)
    {
        var (bitmap, data) = (new byte[SectorBitmap.BitBytes(disk.BlockSize)], new byte[disk.BlockSize]);
        var before = -1;
        foreach (var block in disk.AllocatedBlocks.Take(MaximumBlocks))
        {
            FuzzAssertionException.ThrowUnless(block > before && disk.IsAllocated(block), $"block {block} follows {before}");
            FuzzAssertionException.ThrowUnless((long)block * disk.BlockSize < disk.VirtualSize, $"block {block} is behind the end, {disk.VirtualSize}");
            await disk.ReadBlockAsync(block, bitmap, data, cancellationToken);
            before = block;
        }

        if (disk.VirtualSize <= MaximumDigested && disk.ParentId is null)
        {
            await DiskDigest.ComputeAsync(disk, null, cancellationToken);
        }
    }
}
