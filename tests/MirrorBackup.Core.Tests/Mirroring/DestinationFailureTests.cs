using MirrorBackup.Mirroring;
using MirrorBackup.Remotes;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>What fails at one destination stays there: the others end as if they had been alone, and the next run completes the one that failed.</summary>
public sealed class DestinationFailureTests
{
    [Theory]
    [InlineData(RemoteOperation.Stat, "xo-vm-backups")]
    [InlineData(RemoteOperation.Lock, "")]
    [InlineData(RemoteOperation.List, "xo-vm-backups")]
    [InlineData(RemoteOperation.Create, "20260109T010000Z.vhd")]
    [InlineData(RemoteOperation.Write, "20260109T010000Z.vhd")]
    [InlineData(RemoteOperation.Commit, "20260109T010000Z.vhd")]
    [InlineData(RemoteOperation.Flush, "")]
    [InlineData(RemoteOperation.WriteAll, "20260109T010000Z.json")]
    [InlineData(RemoteOperation.Delete, "20260105T010000Z.json")]
    [InlineData(RemoteOperation.WriteAll, ".merge.json")]
    [InlineData(RemoteOperation.Update, ".vhd")]
    [InlineData(RemoteOperation.Move, ".vhd")]
    [InlineData(RemoteOperation.WriteAll, "20260106T010000Z.json")]
    [InlineData(RemoteOperation.Delete, ".merge.json")]
    public async Task Run_IncrementalDestinationFails_OthersCompleteAndNextRunRepairs(RemoteOperation operation, string path) =>
        await FailAsync("doc-delta", operation, path);

    [Theory]
    [InlineData(RemoteOperation.Create, "20260109T010000Z.xva")]
    [InlineData(RemoteOperation.Write, "20260109T010000Z.xva")]
    [InlineData(RemoteOperation.Commit, "20260109T010000Z.xva")]
    [InlineData(RemoteOperation.WriteAll, "20260109T010000Z.xva.checksum")]
    [InlineData(RemoteOperation.WriteAll, "20260109T010000Z.json")]
    [InlineData(RemoteOperation.Delete, "20260105T010000Z.json")]
    [InlineData(RemoteOperation.Delete, "20260105T010000Z.xva.checksum")]
    [InlineData(RemoteOperation.Delete, "20260105T010000Z.xva")]
    public async Task Run_FullDestinationFails_OthersCompleteAndNextRunRepairs(RemoteOperation operation, string path) =>
        await FailAsync("doc-full", operation, path);

    [Fact]
    public async Task Run_CacheCannotBeWritten_SucceedsAndLeavesNoStaleCache()
    {
        await using var world = new MirrorFixture();
        world.Remote("dst").FailAt(RemoteOperation.WriteAll, "cache.json.gz");

        var report = await world.MirrorAsync("dst");

        Assert.Equal(MirrorOutcome.Succeeded, report.Outcome);
        Assert.DoesNotContain(world.Tree("dst").Keys, static path => path.EndsWith("cache.json.gz", StringComparison.Ordinal));
        await world.AssertHoldsAsync("dst", "BCDE");
    }

    [Fact]
    public async Task Run_SecondDiskOfPointFails_NothingOfThePointStays()
    {
        await using var world = new MirrorFixture("disk-added-later", 2);
        var before = await world.Run.LettersOfAsync("dst");
        world.Remote("dst").FailAt(RemoteOperation.WriteAll, "Z.json", forGood: true);

        var report = await world.MirrorAsync("dst");

        Assert.Equal(MirrorOutcome.Failed, report.Outcome);
        Assert.Equal(before, await world.Run.LettersOfAsync("dst"));
        Assert.Empty(await world.UnlistedAsync("dst"));
    }

    [Fact]
    public async Task Run_EveryDestinationFails_StopsReadingAndReportsEach()
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        world.Remote("d1").FailAt(RemoteOperation.Create, ".vhd");
        world.Remote("d2").FailAt(RemoteOperation.Create, ".vhd", static () => new RemoteFullException("no room"));

        var report = await world.MirrorAsync("d1", "d2");

        Assert.Equal([ErrorCodes.RemoteUnavailable, ErrorCodes.RemoteFull], report.Vms[0].Destinations.Select(static destination => destination.Error!.Code));
        Assert.All(report.Vms[0].Destinations, static destination => Assert.Equal(
            [MirrorOutcome.Failed, MirrorOutcome.NotRun, MirrorOutcome.NotRun], destination.Steps.Select(static step => step.Outcome)));
        Assert.Empty(world.Locks("src").Concat(world.Locks("d1")).Concat(world.Locks("d2")));
    }

    [Theory]
    [InlineData(RemoteOperation.Create, "20260109T010000Z.vhd")]
    [InlineData(RemoteOperation.Commit, "20260109T010000Z.vhd")]
    [InlineData(RemoteOperation.WriteAll, "20260109T010000Z.json")]
    [InlineData(RemoteOperation.Lock, "")]
    public async Task Run_DestinationHangs_LeavesWhenItsTimeIsUpAndOthersComplete(RemoteOperation operation, string path)
    {
        await using var world = new MirrorFixture();
        var hangs = world.Copy("hangs").HangAt(operation, path);
        var run = Task.Run(() => world.MirrorAsync("hangs", "dst"));
        await hangs;
        await world.PassAsync(run);

        var report = await run;

        Assert.Equal([MirrorOutcome.Failed, MirrorOutcome.Succeeded], report.Vms[0].Destinations.Select(static destination => destination.Outcome));
        Assert.Equal(ErrorCodes.RemoteUnavailable, report.Vms[0].Destinations[0].Error!.Code);
        await world.AssertHoldsAsync("dst", "BCDE");
        Assert.Empty(world.Locks("hangs"));
        Assert.Equal("ABCD", await world.Run.LettersOfAsync("hangs"));
        world.Remote("hangs").Heal();
        Assert.True((await world.MirrorAsync("hangs")).IsSuccess);
        await world.AssertHoldsAsync("hangs", "BCDE");
    }

    [Fact]
    public async Task Run_DestinationHangsAndCannotBeStopped_IsLeftBehindWithItsLock()
    {
        await using var world = new MirrorFixture();
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var answer = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        world.Copy("hangs").At(RemoteOperation.WriteAll, "20260109T010000Z.json", async _ =>
        {
            reached.SetResult();
            await answer.Task;
        });
        var run = Task.Run(() => world.MirrorAsync("hangs", "dst"));
        await reached.Task;
        await world.PassAsync(run);

        var report = await run;

        Assert.Equal(ErrorCodes.RemoteUnavailable, report.Vms[0].Destinations[0].Error!.Code);
        await world.AssertHoldsAsync("dst", "BCDE");
        Assert.Single(world.Locks("hangs"));
        answer.SetResult();
        await using (await world.Remote("hangs").LockAsync(world.Folder, new LockOptions(TimeSpan.FromMinutes(1)), TestContext.Current.CancellationToken))
        {
            Assert.Equal("ABCD", await world.Run.LettersOfAsync("hangs"));
        }

        Assert.True((await world.MirrorAsync("hangs")).IsSuccess);
        await world.AssertHoldsAsync("hangs", "BCDE");
    }

    [Theory]
    [InlineData(RemoteOperation.Commit, "20260109T010000Z.vhd")]
    [InlineData(RemoteOperation.Flush, "")]
    [InlineData(RemoteOperation.Delete, "cache.json.gz")]
    [InlineData(RemoteOperation.WriteAll, ".merge.json")]
    public async Task Run_LockIsTakenOver_StopsBeforeTheNextChange(RemoteOperation operation, string path)
    {
        await using var world = new MirrorFixture();
        var lockFolder = Path.Combine(world.Run.PathOf("bad"), world.Folder.Value + ".lock");
        world.Copy("bad").At(operation, path, _ =>
        {
            // Not removed and made again: a new directory may get the number of the old one.
            Directory.SetLastWriteTimeUtc(lockFolder, DateTime.UtcNow.AddHours(1));
            return ValueTask.CompletedTask;
        });

        var report = await world.MirrorAsync("bad", "dst");

        Assert.Equal([MirrorOutcome.Failed, MirrorOutcome.Succeeded], report.Vms[0].Destinations.Select(static destination => destination.Outcome));
        Assert.Equal(ErrorCodes.LockLost, report.Vms[0].Destinations[0].Error!.Code);
        Assert.True(Directory.Exists(lockFolder), "the lock of the other is not ours to release");
        await world.Run.AssertContentAsync("bad", "");
        await world.AssertHoldsAsync("dst", "BCDE");
        Directory.Delete(lockFolder);
        world.Remote("bad").Heal();
        Assert.True((await world.MirrorAsync("bad")).IsSuccess);
        await world.AssertHoldsAsync("bad", "BCDE");
    }

    private static async Task FailAsync(string scenario, RemoteOperation operation, string path)
    {
        await using var world = new MirrorFixture(scenario);
        world.Copy("alone");

        // A first look that fails is no failure of the destination: what matters is read again.
        world.Copy("bad").FailAt(operation, path, forGood: operation == RemoteOperation.List);
        await world.MirrorAsync("alone");
        var expected = world.Tree("alone");

        var report = await world.MirrorAsync("bad", "dst");

        Assert.Equal([MirrorOutcome.Failed, MirrorOutcome.Succeeded], report.Vms[0].Destinations.Select(static destination => destination.Outcome));
        Assert.Equal(ErrorCodes.RemoteUnavailable, report.Vms[0].Destinations[0].Error!.Code);
        Assert.Equal(expected, world.Tree("dst"));
        Assert.Empty(world.Locks("bad"));
        if (operation != RemoteOperation.Move)
        {
            // A merge that stops right before its file takes the newest name is the one moment at which a reader must look at the state file.
            await world.Run.AssertContentAsync("bad", "");
        }

        world.Remote("bad").Heal();
        Assert.True((await world.MirrorAsync("bad")).IsSuccess);
        await world.AssertHoldsAsync("bad", "BCDE");
    }
}
