using Microsoft.Extensions.Logging.Testing;
using MirrorBackup.Backups;
using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Planning;
using MirrorBackup.Remotes;
using MirrorBackup.Retention;
using MirrorBackup.Tests.Snapshots;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>What a job asks of a run as a whole: which VMs, how often, how many at once, and what is told of it.</summary>
public sealed class RunnerTests
{
    private const string Tiny = "4ff8e6e5-b233-491e-bab2-3883e3e77fb4";
    private const string Rolled = "bb430d7b-ee44-47f0-a35b-79fbbe1b75b0";

    [Fact]
    public async Task Run_VmFailsOnceAndMayBeTriedAgain_SucceedsAtTheSecondAttempt()
    {
        await using var world = new MirrorFixture();
        world.Remote("dst").FailAt(RemoteOperation.Create, ".vhd");

        var report = await world.MirrorAsync(world.Job(["dst"], static job => With(job, retries: 1)));

        Assert.Equal(MirrorOutcome.Succeeded, report.Outcome);
        Assert.Equal(2, report.Vms[0].Attempts);
        await world.AssertHoldsAsync("dst", "BCDE");
    }

    [Fact]
    public async Task Run_VmFailsAtEveryAttempt_IsTriedOnceMoreThanItsRetries()
    {
        await using var world = new MirrorFixture();
        world.Remote("dst").FailAt(RemoteOperation.Create, ".vhd", forGood: true);

        var report = await world.MirrorAsync(world.Job(["dst"], static job => With(job, retries: 2)));

        Assert.Equal(MirrorOutcome.Failed, report.Outcome);
        Assert.Equal(3, report.Vms[0].Attempts);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Run_SeveralVmsOfWhichOneIsBroken_MirrorsTheOthers(int concurrency)
    {
        using var folder = new TemporaryFolder();
        await using var source = SourceOf(folder);
        source.FailAt(RemoteOperation.List, "xo-vm-backups/" + Tiny, forGood: true);
        await using var destination = LocalRemote.Open(folder["dst"], new LocalRemoteOptions { CreateRoot = true, Name = "dst" });
        var job = new MirrorJob("several") { Source = source, Concurrency = concurrency };
        job.Destinations.Add(new MirrorDestination(destination, RetentionPolicy.KeepLast(9)));

        var report = await new MirrorRunner().RunAsync(job, null, TestContext.Current.CancellationToken);

        Assert.Equal([Tiny, Rolled], report.Vms.Select(static vm => vm.VmId));
        Assert.Equal([MirrorOutcome.Failed, MirrorOutcome.Succeeded], report.Vms.Select(static vm => vm.Outcome));
        Assert.Equal(ErrorCodes.RemoteUnavailable, report.Vms[0].Error!.Code);
        Assert.False(Directory.Exists(Path.Combine(folder["dst"], "xo-vm-backups", Tiny)));
    }

    [Fact]
    public async Task Run_VmIsFilteredByItsId_IsNeitherReadNorLocked()
    {
        using var folder = new TemporaryFolder();
        await using var source = SourceOf(folder);
        await using var destination = LocalRemote.Open(folder["dst"], new LocalRemoteOptions { CreateRoot = true, Name = "dst" });
        var job = new MirrorJob("filtered") { Source = source, Filter = new VmFilter { VmIds = [Rolled] } };
        job.Destinations.Add(new MirrorDestination(destination, RetentionPolicy.KeepLast(9)));

        var report = await new MirrorRunner().RunAsync(job, null, TestContext.Current.CancellationToken);

        Assert.Equal(Rolled, Assert.Single(report.Vms).VmId);
        Assert.DoesNotContain(source.Log, static entry => entry.Path.Value.Contains(Tiny, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_VmIsExcludedByItsTags_IsNeitherLockedNorMadeAtTheDestination()
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        var job = world.Job(["dst"], static job => new MirrorJob(job.Name)
        {
            Source = job.Source, Id = job.Id, ScheduleId = job.ScheduleId, Filter = new VmFilter { IncludeTags = ["no VM has this tag"] },
        });

        var report = await world.MirrorAsync(job);

        Assert.Equal(MirrorOutcome.Excluded, Assert.Single(report.Vms).Outcome);
        Assert.True(report.IsSuccess);
        Assert.DoesNotContain(world.Source.Log, static entry => entry.Operation == RemoteOperation.Lock);
        Assert.Empty(Directory.EnumerateFileSystemEntries(world.Run.PathOf("dst")));
    }

    [Fact]
    public async Task Run_NoBackupOfTheMode_SaysSoAndWritesNothing()
    {
        await using var world = new MirrorFixture("doc-full", 1);
        var job = world.Job(["dst"], static job => new MirrorJob(job.Name) { Source = job.Source, Mode = BackupMode.Incremental });

        var report = await world.MirrorAsync(job);

        Assert.Equal(MirrorOutcome.ModeMismatch, Assert.Single(report.Vms).Outcome);
        Assert.True(report.IsSuccess);
        Assert.Empty(Directory.EnumerateFileSystemEntries(world.Run.PathOf("dst")));
    }

    [Fact]
    public async Task Run_SourceIsEmpty_IsUpToDate()
    {
        await using var source = new MemoryRemote("src");
        await using var destination = new MemoryRemote("dst");
        var job = new MirrorJob { Source = source };
        job.Destinations.Add(new MirrorDestination(destination, RetentionPolicy.KeepLast(1)));

        var report = await new MirrorRunner().RunAsync(job, null, TestContext.Current.CancellationToken);

        Assert.Equal(MirrorOutcome.UpToDate, report.Outcome);
        Assert.Empty(report.Vms);
    }

    [Fact]
    public async Task Run_SpeedIsLimited_TakesTheTimeThatTheLimitAsksFor()
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        var job = world.Job(["d1", "d2"], static job => new MirrorJob(job.Name) { Source = job.Source, Id = job.Id, MaxBytesPerSecond = 1 << 20 });
        var clock = new ImpatientClock(world.Time.GetUtcNow());

        var report = await new MirrorRunner(null, clock).RunAsync(job, null, TestContext.Current.CancellationToken);

        // 8 MiB, read once for both; what the limit lets pass at once is two blocks of 2 MiB at the most.
        Assert.Equal(8 << 20, report.BytesRead);
        Assert.True(report.Duration >= TimeSpan.FromSeconds(4), report.Duration.ToString());
    }

    [Fact]
    public async Task Run_Progress_OnlyGrowsAndEndsWithWhatTheReportSays()
    {
        await using var world = new MirrorFixture();
        var seen = new Recorder();

        var report = await new MirrorRunner(null, world.Time).RunAsync(world.Job(["dst", "empty"]), seen, TestContext.Current.CancellationToken);

        for (var i = 1; i < seen.All.Count; i++)
        {
            var (before, now) = (seen.All[i - 1], seen.All[i]);
            Assert.True(now.BytesRead >= before.BytesRead && now.BytesWritten >= before.BytesWritten, $"{before} {now}");
            Assert.True(now.BytesExpected >= before.BytesExpected && now.VmsDone >= before.VmsDone && now.VmsTotal >= before.VmsTotal, $"{before} {now}");
        }

        var last = seen.All[^1];
        Assert.Equal((1, 1, report.BytesRead, report.BytesWritten), (last.VmsDone, last.VmsTotal, last.BytesRead, last.BytesWritten));
        Assert.Equal(report.Vms[0].Destinations.Sum(static destination => destination.BytesWritten), report.BytesWritten);
    }

    [Fact]
    public async Task Run_Logs_TellNamesAndNeverAPath()
    {
        await using var world = new MirrorFixture();
        world.Copy("bad").FailAt(RemoteOperation.Commit, ".vhd");
        var logger = new FakeLogger<MirrorRunner>();

        await new MirrorRunner(logger, world.Time).RunAsync(world.Job(["dst", "bad"]), null, TestContext.Current.CancellationToken);

        var messages = logger.Collector.GetSnapshot().Select(static record => record.Message).ToList();
        Assert.Contains(messages, static message => message.Contains("bad leaves the run", StringComparison.Ordinal));
        Assert.All(messages, message =>
        {
            Assert.DoesNotContain("xo-vm-backups", message, StringComparison.Ordinal);
            Assert.DoesNotContain(world.Run.PathOf(""), message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Plan_ThenRun_DoesTheSameStepsAndThePlanWritesNothing()
    {
        await using var world = new MirrorFixture();
        var job = world.Job(["dst", "empty"]);
        var before = world.Run.Inventory("dst").Concat(world.Run.Inventory("src")).ToList();

        var plan = Assert.Single(await new MirrorRunner(null, world.Time).PlanAsync(job, TestContext.Current.CancellationToken));

        Assert.Equal(before, world.Run.Inventory("dst").Concat(world.Run.Inventory("src")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(world.Run.PathOf("empty")));
        Assert.DoesNotContain(world.Source.Log, static entry => entry.Operation == RemoteOperation.Lock);
        var report = await world.MirrorAsync(job);
        for (var i = 0; i < 2; i++)
        {
            Assert.Equal(plan.Destinations[i].Steps.Select(static step => step.Reason.Text), report.Vms[0].Destinations[i].Steps.Select(static step => step.Reason));
            Assert.Equal(ChainNotation.Format(plan.Destinations[i].Result, plan.Destinations[i].Names), report.Vms[0].Destinations[i].Planned);
        }
    }

    [Fact]
    public async Task Report_OfARunWithAFailure_HasThisJson()
    {
        await using var world = new MirrorFixture();
        world.Copy("bad").FailAt(RemoteOperation.Commit, ".vhd");

        Snapshot.Matches("mirror-report", MirrorReportJson.Write(await world.MirrorAsync("dst", "bad")));
    }

    private static MirrorJob With(MirrorJob job, int retries) => new(job.Name)
    {
        Source = job.Source, Id = job.Id, ScheduleId = job.ScheduleId, Retries = retries, LockTimeout = TimeSpan.Zero,
    };

    private static FaultyRemote SourceOf(TemporaryFolder folder)
    {
        Directory.CreateDirectory(folder["src"]);
        GoldenData.UnpackSet("a-src-delta-vhd", folder["src"], Tiny);
        GoldenData.UnpackSet("a-src-delta-vhd", folder["src"], Rolled);
        return new FaultyRemote(LocalRemote.Open(folder["src"], new LocalRemoteOptions { Name = "src" }));
    }

    private sealed class Recorder : IProgress<MirrorProgress>
    {
        public List<MirrorProgress> All { get; } = [];

        public void Report(MirrorProgress value) => All.Add(value);
    }
}
