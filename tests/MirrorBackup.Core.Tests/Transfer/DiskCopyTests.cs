using Microsoft.Extensions.Time.Testing;
using MirrorBackup.Disks;
using MirrorBackup.Transfer;

namespace MirrorBackup.Tests.Transfer;

public sealed class DiskCopyTests : IDisposable
{
    private readonly BlockPool _pool = new(blockBytes: PatternDisk.SmallBlock);
    private readonly PatternDisk _disk = new([.. Enumerable.Range(0, 40).Select(static i => i * 3)]);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => Assert.Equal(0, _pool.Outstanding);

    [Fact]
    public async Task RunAsync_SeveralTargets_EachGetsEverythingAndTheSourceIsReadOnce()
    {
        RecordingWriter[] writers = [new(_disk), new(_disk), new(_disk)];
        var meter = new CopyMeter(3);

        var result = await RunAsync(writers, meter: meter);

        Assert.True(result.Succeeded);
        Assert.All(writers, writer => writer.AssertHoldsAll(_disk));
        Assert.Equal(_disk.AllocatedBlocks.Count, _disk.Reads);
        Assert.All(result.Outcomes, outcome => Assert.Equal((40 * PatternDisk.SmallBlock) + 1, outcome.BytesWritten));
        Assert.Equal(40 * PatternDisk.SmallBlock, meter.BytesRead);
        Assert.Equal(40 * PatternDisk.SmallBlock, meter.BytesWritten(2));
        Assert.All(writers, static writer => Assert.Equal(1, writer.Disposals));
    }

    [Theory]
    [InlineData(DigestAlgorithm.XxHash128)]
    [InlineData(DigestAlgorithm.Sha256)]
    [InlineData(null)]
    public async Task RunAsync_Digest_IsThatOfTheDiskAndOnlyMadeIfWanted(DigestAlgorithm? algorithm)
    {
        var expected = algorithm is null ? (RevisionDigest?)null : await RevisionDigest.ComputeAsync(_disk, Options(), Cancelled);
        var verified = new List<RevisionDigest?>();

        var result = await DiskCopy.RunAsync(_disk, [Target(new RecordingWriter(_disk))], Options(), VerifyAsync, Cancelled);

        Assert.True(result.Succeeded);
        Assert.Equal(expected, result.Digest);
        Assert.Equal([expected], verified);

        CopyOptions Options() => new() { Pool = _pool, Digest = algorithm };

        ValueTask VerifyAsync(RevisionDigest? digest, CancellationToken cancellationToken)
        {
            verified.Add(digest);
            return ValueTask.CompletedTask;
        }
    }

    [Fact]
    public async Task RunAsync_UnknownDigestAlgorithm_IsRefusedAndNothingRead()
    {
        var options = new CopyOptions { Digest = (DigestAlgorithm)2 };

        var error = await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
            () => DiskCopy.RunAsync(_disk, [Target(new RecordingWriter(_disk))], options, cancellationToken: Cancelled));

        Assert.Equal((nameof(CopyOptions.Digest), 0), (error.ParamName, _disk.Reads));
    }

    [Fact]
    public async Task RunAsync_DiskWithoutBlocks_CompletesEveryTarget()
    {
        var empty = new PatternDisk();
        var writer = new RecordingWriter(empty);

        var result = await DiskCopy.RunAsync(empty, [Target(writer)], new CopyOptions { Pool = _pool }, cancellationToken: Cancelled);

        Assert.True(result.Succeeded);
        Assert.True(writer.IsCompleted);
        Assert.Equal(0, result.Digest!.Value.BlockCount);
    }

    // formats/vhd.md §6.3, defect 1: one destination that fails closed the source of the others.
    [Fact]
    public async Task RunAsync_OneTargetFailsAtBlock3_OthersFinish()
    {
        var failing = new RecordingWriter(_disk) { BeforeWrite = static (block, _) => block == 9 ? throw new RemoteFullException("full") : Task.CompletedTask };
        var healthy = new RecordingWriter(_disk);

        var result = await RunAsync([failing, healthy]);

        healthy.AssertHoldsAll(_disk);
        Assert.Null(result.SourceError);
        Assert.IsType<RemoteFullException>(result.Outcomes[0].Error);
        Assert.Equal(3 * PatternDisk.SmallBlock, result.Outcomes[0].BytesWritten);
        Assert.False(failing.IsCompleted);
        Assert.Equal(1, failing.Disposals);
    }

    [Fact]
    public async Task RunAsync_TargetHangsAndIsStopped_OthersFinish()
    {
        using var stop = new CancellationTokenSource();
        var hung = new RecordingWriter(_disk)
        {
            BeforeWrite = (block, token) =>
            {
                if (block < 6)
                {
                    return Task.CompletedTask;
                }

                stop.Cancel();
                return Task.Delay(Timeout.Infinite, token);
            },
        };
        var healthy = new RecordingWriter(_disk);

        var result = await DiskCopy.RunAsync(
            _disk, [Target(hung) with { Stop = stop.Token }, Target(healthy)], new CopyOptions { Pool = _pool }, cancellationToken: Cancelled);

        healthy.AssertHoldsAll(_disk);
        Assert.IsAssignableFrom<OperationCanceledException>(result.Outcomes[0].Error);
    }

    [Fact]
    public async Task RunAsync_TargetStalls_LeavesAfterTheTimeoutAndOthersFinish()
    {
        var time = new FakeTimeProvider();
        var leftAlone = new TaskCompletionSource();
        var atTheBound = new TaskCompletionSource();
        var hung = new RecordingWriter(_disk)
        {
            BeforeWrite = async (_, token) =>
            {
                try
                {
                    await Task.Delay(Timeout.Infinite, token);
                }
                finally
                {
                    leftAlone.SetResult();
                }
            },
        };
        var healthy = new RecordingWriter(_disk)
        {
            // The hung one holds a block and has two waiting: the fourth is the last that anybody gets.
            BeforeWrite = (block, _) =>
            {
                if (block == 9)
                {
                    atTheBound.TrySetResult();
                }

                return Task.CompletedTask;
            },
        };

        var run = DiskCopy.RunAsync(
            _disk,
            [Target(hung), Target(healthy)],
            new CopyOptions { Pool = _pool, TimeProvider = time, QueueLength = 2, ReadAhead = 2, StallTimeout = TimeSpan.FromMinutes(1) },
            cancellationToken: Cancelled);
        await atTheBound.Task.WaitAsync(Cancelled);
        var bound = _disk.Reads;
        while (!leftAlone.Task.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        var result = await run;

        Assert.InRange(bound, 4, 7);
        healthy.AssertHoldsAll(_disk);
        var error = Assert.IsType<RemoteUnavailableException>(result.Outcomes[0].Error);
        Assert.Contains("took no data for 60 seconds", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_TargetIgnoresItsToken_IsLeftBehindAndReturnsItsBlockWhenItEnds()
    {
        var time = new FakeTimeProvider();
        using var stop = new CancellationTokenSource();
        var release = new TaskCompletionSource();
        var deaf = new RecordingWriter(_disk)
        {
            BeforeWrite = (_, _) =>
            {
                stop.Cancel();
                return release.Task;
            },
        };
        var healthy = new RecordingWriter(_disk);

        var run = DiskCopy.RunAsync(
            _disk,
            [Target(deaf) with { Stop = stop.Token }, Target(healthy)],
            new CopyOptions { Pool = _pool, TimeProvider = time, StallTimeout = Timeout.InfiniteTimeSpan },
            cancellationToken: Cancelled);
        while (!run.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        var result = await run;
        healthy.AssertHoldsAll(_disk);
        Assert.Contains("left behind", result.Outcomes[0].Error!.Message, StringComparison.Ordinal);
        Assert.InRange(_pool.Outstanding, 1, 6);

        release.SetResult();
        while (_pool.Outstanding > 0)
        {
            Cancelled.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [Fact]
    public async Task RunAsync_SourceFails_NoTargetCompletesAndEachSaysWhy()
    {
        var broken = new PatternDisk(0, 1, 2, 3, 4, 5, 6, 7) { FailAt = 5 };
        RecordingWriter[] writers = [new(broken), new(broken)];

        var result = await DiskCopy.RunAsync(
            broken, [.. writers.Select(Target)], new CopyOptions { Pool = _pool }, cancellationToken: Cancelled);

        Assert.Equal("block 5 cannot be read", Assert.IsType<RemoteUnavailableException>(result.SourceError).Message);
        Assert.All(result.Outcomes, outcome => Assert.Same(result.SourceError, outcome.Error));
        Assert.All(writers, static writer => Assert.False(writer.IsCompleted));
        Assert.Null(result.Digest);
    }

    [Fact]
    public async Task RunAsync_VerificationFails_NoTargetCompletes()
    {
        RecordingWriter[] writers = [new(_disk), new(_disk)];
        var changed = new IntegrityException("the source changed", ErrorCodes.SourceChanged);

        var result = await DiskCopy.RunAsync(
            _disk, [.. writers.Select(Target)], new CopyOptions { Pool = _pool }, (_, _) => throw changed, Cancelled);

        Assert.Same(changed, result.SourceError);
        Assert.All(writers, static writer => Assert.False(writer.IsCompleted));
    }

    [Fact]
    public async Task RunAsync_EveryTargetFails_StopsReading()
    {
        var disk = new PatternDisk([.. Enumerable.Range(0, 10_000)]);
        RecordingWriter Failing() => new(disk) { BeforeWrite = static (block, _) => block == 2 ? throw new RemoteFullException("full") : Task.CompletedTask };

        var result = await DiskCopy.RunAsync(disk, [Target(Failing()), Target(Failing())], new CopyOptions { Pool = _pool }, cancellationToken: Cancelled);

        Assert.Null(result.SourceError);
        Assert.False(result.Succeeded);
        Assert.All(result.Outcomes, static outcome => Assert.IsType<RemoteFullException>(outcome.Error));
        Assert.InRange(disk.Reads, 3, 9_999);
    }

    [Fact]
    public async Task RunAsync_Cancelled_ThrowsAndCompletesNothing()
    {
        using var stop = new CancellationTokenSource();
        var writer = new RecordingWriter(_disk)
        {
            BeforeWrite = async (block, _) =>
            {
                if (block == 30)
                {
                    await stop.CancelAsync();
                }
            },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => DiskCopy.RunAsync(_disk, [Target(writer)], new CopyOptions { Pool = _pool }, cancellationToken: stop.Token));

        Assert.False(writer.IsCompleted);
        Assert.Equal(1, writer.Disposals);
    }

    [Fact]
    public async Task RunAsync_TargetCannotBeOpenedOrMayNotCommit_IsAloneWithIt()
    {
        var locked = new RecordingWriter(_disk);
        var healthy = new RecordingWriter(_disk);
        CopyTarget<IDiskWriter>[] targets =
        [
            new("unreachable", static _ => throw new RemoteUnavailableException("no route")),
            Target(locked) with { BeforeCommit = static _ => throw new BackupLockedException("lost", ErrorCodes.LockLost) },
            Target(healthy),
        ];

        var result = await DiskCopy.RunAsync(_disk, targets, new CopyOptions { Pool = _pool }, cancellationToken: Cancelled);

        Assert.IsType<RemoteUnavailableException>(result.Outcomes[0].Error);
        Assert.IsType<BackupLockedException>(result.Outcomes[1].Error);
        Assert.False(locked.IsCompleted);
        healthy.AssertHoldsAll(_disk);
    }

    [Fact]
    public async Task RunAsync_WriterAnnouncedOtherBlocks_IsRefused()
    {
        var writer = new RecordingWriter(_disk) { Blocks = [0, 3] };

        var result = await RunAsync([writer]);

        Assert.Contains("announced 2 blocks", Assert.IsType<InvalidOperationException>(result.Outcomes[0].Error).Message, StringComparison.Ordinal);
        Assert.Empty(writer.Written);
    }

    // formats/vhd.md §1.8: a sector that a delta does not hold is its parent's, and would be zeros in the copy.
    [Fact]
    public async Task RunAsync_DeltaWithPartlyFilledBlock_IsRefused()
    {
        var delta = new PatternDisk(4) { ParentId = Guid.Empty, BitmapByte = 0x80 };

        var result = await DiskCopy.RunAsync(
            delta, [Target(new RecordingWriter(delta))], new CopyOptions { Pool = _pool }, cancellationToken: Cancelled);

        Assert.Contains("Block 4", Assert.IsType<UnsupportedBackupException>(result.SourceError).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunAsync_KeyWithPartlyFilledBlock_IsCopied()
    {
        var key = new PatternDisk(4) { BitmapByte = 0x80 };
        var writer = new RecordingWriter(key);

        var result = await DiskCopy.RunAsync(key, [Target(writer)], new CopyOptions { Pool = _pool }, cancellationToken: Cancelled);

        Assert.True(result.Succeeded);
        writer.AssertHoldsAll(key);
    }

    [Fact]
    public async Task RunAsync_BlocksOutOfOrder_AreRefused()
    {
        var disk = new PatternDisk(3, 2);

        var result = await DiskCopy.RunAsync(disk, [Target(new RecordingWriter(disk))], new CopyOptions { Pool = _pool }, cancellationToken: Cancelled);

        Assert.Contains("block 2 follows block 3", Assert.IsType<CorruptBackupException>(result.SourceError).Message, StringComparison.Ordinal);
    }

    private static CopyTarget<IDiskWriter> Target(RecordingWriter writer) => new("target", _ => ValueTask.FromResult<IDiskWriter>(writer));

    private Task<CopyResult> RunAsync(RecordingWriter[] writers, CopyMeter? meter = null) =>
        DiskCopy.RunAsync(_disk, [.. writers.Select(Target)], new CopyOptions { Pool = _pool, Meter = meter }, cancellationToken: Cancelled);
}
