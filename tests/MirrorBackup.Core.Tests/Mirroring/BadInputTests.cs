using System.Text.Json.Nodes;
using MirrorBackup.Mirroring;
using MirrorBackup.Remotes;
using MirrorBackup.Retention;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>Jobs, remotes and repositories that are not what they should be: a specific error that names what is wrong, and nothing changed.</summary>
public sealed class BadInputTests
{
    private const string A = "20260105T010000Z";

    [Fact]
    public async Task Run_SourceIsReadOnly_WorksWithoutLockAndSaysSo()
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        var job = world.Job(["dst"], job => new MirrorJob(job.Name) { Source = new ReadOnlyRemote(world.Source), Id = job.Id, ScheduleId = job.ScheduleId });

        var report = await world.MirrorAsync(job);

        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        Assert.Contains("could not be locked", Assert.Single(report.Vms[0].Warnings), StringComparison.Ordinal);
        Assert.DoesNotContain(world.Source.Log, static entry => entry.Operation == RemoteOperation.Lock);
        await world.AssertHoldsAsync("dst", "ABC");
    }

    [Fact]
    public async Task Run_SourceMustBeLockedAndCannot_FailsTheVm()
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        var job = world.Job(["dst"], job => new MirrorJob(job.Name) { Source = new ReadOnlyRemote(world.Source), SourceLocking = SourceLocking.Required });

        var report = await world.MirrorAsync(job);

        Assert.Equal((MirrorOutcome.Failed, ErrorCodes.RemoteAccessDenied), (report.Outcome, report.Vms[0].Error!.Code));
        Assert.Empty(world.Tree("dst"));
    }

    [Fact]
    public async Task Run_DestinationIsReadOnly_FailsThereNamesItAndChangesNothing()
    {
        await using var world = new MirrorFixture();
        world.Copy("fixed");
        var before = world.Tree("fixed");
        var job = world.Job(["dst"]);
        job.Destinations.Add(new MirrorDestination(new ReadOnlyRemote(world.Remote("fixed")), RetentionPolicy.KeepLast(4)));

        var report = await world.MirrorAsync(job);

        var failed = report.Vms[0].Destinations[1];
        Assert.Equal((MirrorOutcome.Failed, ErrorCodes.RemoteAccessDenied), (failed.Outcome, failed.Error!.Code));
        Assert.Contains("fixed", failed.Error.Message, StringComparison.Ordinal);
        Assert.Equal(before, world.Tree("fixed"));
        await world.AssertHoldsAsync("dst", "BCDE");
    }

    [Fact]
    public async Task Run_DestinationIsFull_ListsNothingAndCompletesOnceThereIsRoom()
    {
        await using var world = new MirrorFixture();
        var before = world.Tree("dst");
        world.Remote("dst").FailAt(RemoteOperation.Write, ".vhd", static () => new RemoteFullException("dst has no space left") { Remote = "dst" }, forGood: true);

        var report = await world.MirrorAsync("dst");

        Assert.Equal(ErrorCodes.RemoteFull, report.Vms[0].Destinations[0].Error!.Code);
        Assert.Equal(Without(before, "cache.json.gz"), Without(world.Tree("dst"), "cache.json.gz"));
        world.Remote("dst").Heal();
        Assert.True((await world.MirrorAsync("dst")).IsSuccess);
        await world.AssertHoldsAsync("dst", "BCDE");
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(12)]
    [InlineData(25)]
    [InlineData(40)]
    [InlineData(55)]
    [InlineData(70)]
    [InlineData(85)]
    public async Task Run_DestinationDisappearsMidway_OtherCompletesAndNextRunConverges(int operations)
    {
        await using var world = new MirrorFixture();
        world.Copy("gone").Disappear(operations);

        var report = await world.MirrorAsync("gone", "dst");

        Assert.Equal(MirrorOutcome.Succeeded, report.Vms[0].Destinations[1].Outcome);
        await world.AssertHoldsAsync("dst", "BCDE");
        Assert.Empty(world.Locks("gone"));
        world.Remote("gone").Heal();
        Assert.True((await world.MirrorAsync("gone")).IsSuccess);
        await world.AssertHoldsAsync("gone", "BCDE");
    }

    [Fact]
    public async Task Run_DestinationIsTheSourceByAnotherPath_IsRefusedBeforeAnythingIsRead()
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        File.CreateSymbolicLink(world.Run.PathOf("link"), world.Run.PathOf("src"));

        var error = await Assert.ThrowsAsync<MirrorBackupException>(() => world.MirrorAsync("link"));

        Assert.Equal(ErrorCodes.InvalidJob, error.Code);
        Assert.Contains("the destination link is the source", error.Message, StringComparison.Ordinal);
        Assert.Empty(world.Source.Log);
    }

    [Fact]
    public async Task Run_TwoDestinationsAreTheSameStorage_IsRefused()
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        File.CreateSymbolicLink(world.Run.PathOf("link"), world.Run.PathOf("dst"));

        var error = await Assert.ThrowsAsync<MirrorBackupException>(() => world.MirrorAsync("dst", "link"));

        Assert.Contains("the same storage as another destination", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(nameof(MirrorJob.Concurrency))]
    [InlineData(nameof(MirrorJob.Retries))]
    [InlineData(nameof(MirrorJob.MaxBytesPerSecond))]
    [InlineData(nameof(MirrorJob.StallTimeout))]
    [InlineData(nameof(MirrorJob.Id))]
    [InlineData(nameof(MirrorJob.Destinations))]
    public async Task Run_JobContradictsItself_NamesTheProperty(string property)
    {
        await using var source = new MemoryRemote("src");
        await using var destination = new MemoryRemote("dst");
        var job = new MirrorJob("bad")
        {
            Source = source,
            Concurrency = property == nameof(MirrorJob.Concurrency) ? 0 : 1,
            Retries = property == nameof(MirrorJob.Retries) ? -1 : 0,
            MaxBytesPerSecond = property == nameof(MirrorJob.MaxBytesPerSecond) ? 0 : null,
            StallTimeout = property == nameof(MirrorJob.StallTimeout) ? TimeSpan.Zero : TimeSpan.FromMinutes(1),
            Id = property == nameof(MirrorJob.Id) ? "../other" : "job",
        };
        if (property != nameof(MirrorJob.Destinations))
        {
            job.Destinations.Add(new MirrorDestination(destination, RetentionPolicy.KeepLast(1)));
        }

        var error = await Assert.ThrowsAsync<MirrorBackupException>(() => new MirrorRunner().RunAsync(job, null, TestContext.Current.CancellationToken));

        Assert.Equal(ErrorCodes.InvalidJob, error.Code);
        Assert.Contains(property, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TwoBackupsInTheSameSecond_BothArriveUnderDifferentNamesWithTheirTimes()
    {
        await using var world = new MirrorFixture("doc-full", 1);
        AddCopyOfA(world, "20260105T010001Z", 300);

        var report = await world.MirrorAsync(world.Job(["dst"], retention: 9));

        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        var points = (await world.Run.LoadAsync("dst")).Points.Select(static point => (point.Point.Name, point.Point.Id.Timestamp)).Take(2);
        Assert.Equal([(A, 1767574800000), ("20260105T010001Z", 1767574800300)], points);
    }

    [Fact]
    public async Task Run_TwoBackupsInTheSameMillisecond_MirrorsOneAndReportsTheConflict()
    {
        await using var world = new MirrorFixture("doc-full", 1);
        AddCopyOfA(world, "20260105T010001Z", 0);

        var report = await world.MirrorAsync(world.Job(["dst"], retention: 9));

        Assert.Equal(MirrorOutcome.Incomplete, report.Outcome);
        Assert.Contains("20260105T010001Z", Assert.Single(report.Vms[0].Destinations[0].Conflicts), StringComparison.Ordinal);
        await world.AssertHoldsAsync("dst", "ABC");
    }

    [Fact]
    public async Task Run_BrokenMetadataAtTheDestination_RetiresNothingThereAndSaysWhy()
    {
        await using var world = new MirrorFixture();
        await File.WriteAllTextAsync(InVm(world, "dst", "20260106T010000Z.json"), "{ broken", TestContext.Current.CancellationToken);
        File.Delete(InVm(world, "dst", "cache.json.gz"));
        var before = world.Tree("dst");

        var report = await world.MirrorAsync("dst");

        Assert.Equal(MirrorOutcome.Incomplete, report.Outcome);
        Assert.Contains("20260106T010000Z.json", string.Join('\n', report.Vms[0].Destinations[0].Conflicts), StringComparison.Ordinal);
        Assert.Subset(world.Tree("dst").ToHashSet(), Without(before, "cache.json.gz").ToHashSet());
    }

    private static void AddCopyOfA(MirrorFixture world, string name, int milliseconds)
    {
        var metadata = JsonNode.Parse(File.ReadAllText(InVm(world, "src", A + ".json")))!.AsObject();
        metadata["timestamp"] = (long)metadata["timestamp"]! + milliseconds;
        metadata["xva"] = "./" + name + ".xva";
        File.WriteAllText(InVm(world, "src", name + ".json"), metadata.ToJsonString());
        File.Copy(InVm(world, "src", A + ".xva"), InVm(world, "src", name + ".xva"));
        File.Delete(InVm(world, "src", "cache.json.gz"));
    }

    private static IEnumerable<KeyValuePair<string, string>> Without(IEnumerable<KeyValuePair<string, string>> tree, string name) =>
        tree.Where(file => !file.Key.EndsWith(name, StringComparison.Ordinal));

    private static string InVm(MirrorFixture world, string remote, string name) => Path.Combine(world.Run.PathOf(remote), world.Folder.Value, name);
}
