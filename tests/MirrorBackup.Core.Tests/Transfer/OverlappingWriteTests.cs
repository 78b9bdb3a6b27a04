using MirrorBackup.Disks;
using MirrorBackup.Transfer;

namespace MirrorBackup.Tests.Transfer;

/// <summary>Writers that take blocks side by side get as many as they said, and never more.</summary>
public sealed class OverlappingWriteTests : IDisposable
{
    private const int Overlap = 5;

    private readonly BlockPool _pool = new(blockBytes: PatternDisk.SmallBlock);
    private readonly PatternDisk _disk = new([.. Enumerable.Range(0, 40).Select(static i => i * 3)]);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => Assert.Equal(0, _pool.Outstanding);

    [Fact]
    public async Task RunAsync_WriterThatOverlaps_GetsAsManyBlocksAtOnceAsItTakes()
    {
        var (underWay, most) = (0, 0);
        var full = new TaskCompletionSource();
        var writer = new RecordingWriter(_disk)
        {
            MaximumOverlap = Overlap,
            BeforeWrite = async (block, _) =>
            {
                var now = Interlocked.Increment(ref underWay);
                lock (full)
                {
                    most = Math.Max(most, now);
                }

                if (now == Overlap)
                {
                    full.TrySetResult();
                }

                // Nobody goes on before all that may be under way are: with fewer this would never end.
                await full.Task.WaitAsync(Cancelled);
                Interlocked.Decrement(ref underWay);
            },
        };

        var result = await RunAsync(writer);

        Assert.True(result.Succeeded);
        Assert.Equal(Overlap, most);
        AssertHoldsAll(writer);
        Assert.Equal((40 * PatternDisk.SmallBlock) + 1, result.Outcomes[0].BytesWritten);
    }

    [Fact]
    public async Task RunAsync_OneOfSeveralWritesFails_StopsTheOthersAndReturnsEveryBlock()
    {
        var waiting = 0;
        var writer = new RecordingWriter(_disk)
        {
            MaximumOverlap = Overlap,
            BeforeWrite = async (_, token) =>
            {
                if (Interlocked.Increment(ref waiting) == Overlap)
                {
                    throw new RemoteFullException("full");
                }

                await Task.Delay(Timeout.Infinite, token);
            },
        };
        var healthy = new RecordingWriter(_disk);

        var result = await RunAsync(writer, healthy);

        Assert.IsType<RemoteFullException>(result.Outcomes[0].Error);
        Assert.False(writer.IsCompleted);
        Assert.Equal(1, writer.Disposals);
        healthy.AssertHoldsAll(_disk);
    }

    [Fact]
    public async Task RunAsync_CancelledDuringOverlappingWrites_ReturnsEveryBlock()
    {
        using var stop = new CancellationTokenSource();
        var waiting = 0;
        var writer = new RecordingWriter(_disk)
        {
            MaximumOverlap = Overlap,
            BeforeWrite = async (_, token) =>
            {
                if (Interlocked.Increment(ref waiting) == Overlap)
                {
                    await stop.CancelAsync();
                }

                await Task.Delay(Timeout.Infinite, token);
            },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => DiskCopy.RunAsync(_disk, [Target(writer)], new CopyOptions { Pool = _pool }, cancellationToken: stop.Token));

        Assert.False(writer.IsCompleted);
        Assert.Equal(1, writer.Disposals);
    }

    private static CopyTarget<IDiskWriter> Target(RecordingWriter writer) => new("target", _ => ValueTask.FromResult<IDiskWriter>(writer));

    private void AssertHoldsAll(RecordingWriter writer)
    {
        Assert.Equal(_disk.AllocatedBlocks, writer.Written.Select(static block => block.Index).Order());
        Assert.All(writer.Written, block => Assert.Equal(PatternDisk.Content(block.Index), block.Data));
    }

    private Task<CopyResult> RunAsync(params RecordingWriter[] writers) =>
        DiskCopy.RunAsync(_disk, [.. writers.Select(Target)], new CopyOptions { Pool = _pool }, cancellationToken: Cancelled);
}
