using MirrorBackup.Disks;

namespace MirrorBackup.Tests.Transfer;

/// <summary>Keeps what it is given, and does before each block what a test asks for.</summary>
internal sealed class RecordingWriter(IVirtualDisk source) : IDiskWriter
{
    public List<(int Index, byte[] Data)> Written { get; } = [];

    public Func<int, CancellationToken, Task>? BeforeWrite { get; init; }

    public bool IsCompleted { get; private set; }

    public int Disposals { get; private set; }

    public int MaximumOverlap { get; init; } = 1;

    public string Name => "recorder";

    public int BlockSize => source.BlockSize;

    public IReadOnlyList<int> Blocks { get; init; } = source.AllocatedBlocks;

    public async ValueTask WriteBlockAsync(int blockIndex, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        await Task.Yield();
        if (BeforeWrite is { } before)
        {
            await before(blockIndex, cancellationToken);
        }

        lock (Written)
        {
            Written.Add((blockIndex, data.ToArray()));
        }
    }

    public ValueTask<long> CompleteAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        IsCompleted = true;
        return ValueTask.FromResult(Written.Sum(block => (long)block.Data.Length) + 1);
    }

    public ValueTask DisposeAsync()
    {
        Disposals++;
        return ValueTask.CompletedTask;
    }

    public void AssertHoldsAll(IVirtualDisk disk)
    {
        Assert.True(IsCompleted);
        Assert.Equal(disk.AllocatedBlocks, Written.Select(block => block.Index));
        Assert.All(Written, block => Assert.Equal(PatternDisk.Content(block.Index, disk.BlockSize), block.Data));
    }
}
