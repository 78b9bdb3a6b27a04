using MirrorBackup.Disks;

namespace MirrorBackup.Tests.Transfer;

/// <summary>A disk whose content is a function of the block's index, with faults on demand.</summary>
internal sealed class PatternDisk(params int[] blocks) : IVirtualDisk
{
    private int _reads;

    public const int SmallBlock = 4096;

    public string Name => "pattern";

    public Guid Id { get; } = new("00000001-0000-4000-8000-000000000001");

    public Guid? ParentId { get; init; }

    public long VirtualSize => 1L << 30;

    public int BlockSize { get; init; } = SmallBlock;

    public IReadOnlyList<int> AllocatedBlocks => blocks;

    public int? FailAt { get; init; }

    public byte BitmapByte { get; init; } = 0xFF;

    public Func<int, CancellationToken, Task>? BeforeRead { get; init; }

    public int Reads => Volatile.Read(ref _reads);

    public static byte[] Content(int block, int size = SmallBlock)
    {
        var content = new byte[size];
        new Random(block).NextBytes(content);
        return content;
    }

    public bool IsAllocated(int blockIndex) => blocks.Contains(blockIndex);

    public async ValueTask ReadBlockAsync(int blockIndex, Memory<byte> bitmap, Memory<byte> data, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _reads);
        await Task.Yield();
        if (BeforeRead is { } before)
        {
            await before(blockIndex, cancellationToken);
        }

        if (blockIndex == FailAt)
        {
            throw new RemoteUnavailableException($"block {blockIndex} cannot be read");
        }

        bitmap[..(BlockSize / 512 / 8)].Span.Fill(BitmapByte);
        Content(blockIndex, BlockSize).CopyTo(data);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
