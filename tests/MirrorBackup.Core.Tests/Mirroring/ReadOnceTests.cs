using MirrorBackup.Mirroring;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>However many destinations there are and whatever each of them lacks, a backup of the source is read once.</summary>
public sealed class ReadOnceTests
{
    // Footer, header, table and bitmaps are read when the catalogue is made, and again when the disk is opened: far less than one block of 2 MiB.
    private const long Structures = 256 << 10;

    [Theory]
    [InlineData("doc-delta")]
    [InlineData("doc-full")]
    public async Task Run_ThreeDestinationsInNeedOfDifferentThings_ReadsEachFileOnce(string scenario)
    {
        await using var world = new MirrorFixture(scenario);
        await world.MirrorAsync("ready");
        world.Source.BytesRead.Clear();
        var ready = world.Tree("ready");

        var report = await world.MirrorAsync("dst", "empty", "ready");

        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        Assert.Equal(["transfer"], Transfers(report, 0));
        Assert.Equal(["transfer", "transfer", "transfer"], Transfers(report, 1));
        Assert.Empty(report.Vms[0].Destinations[2].Steps);
        AssertReadOnce(world);
        await world.AssertHoldsAsync("dst", "BCDE");
        await world.AssertHoldsAsync("empty", "CDE");
        Assert.Equal(ready, world.Tree("ready"));
        Assert.Equal(ready, world.Tree("empty"));
    }

    [Fact]
    public async Task Run_TwoDestinations_CountsWhatIsReadOnceInTheTotalAndForEachInItsOwn()
    {
        await using var world = new MirrorFixture("doc-delta", 1);

        var report = await world.MirrorAsync("d1", "d2");

        var destinations = report.Vms[0].Destinations;
        Assert.Equal(destinations[0].BytesRead, report.BytesRead);
        Assert.Equal(destinations[1].BytesRead, report.BytesRead);
        Assert.Equal(destinations.Sum(static destination => destination.BytesWritten), report.BytesWritten);
        Assert.Equal(new DirectoryInfo(world.Run.PathOf("d1")).EnumerateFiles("*.vhd", SearchOption.AllDirectories).Sum(static file => file.Length), destinations[0].BytesWritten);
    }

    [Fact]
    public async Task Run_SlowSource_StepsTakeAsLongAsTheReading()
    {
        await using var world = new MirrorFixture();
        world.Source.AfterRead = (path, _, content) => world.Time.Advance(content.Length > Structures ? TimeSpan.FromSeconds(10) : TimeSpan.Zero);

        var report = await world.MirrorAsync("d1", "d2");

        Assert.All(report.Vms[0].Destinations, static destination => Assert.All(
            destination.Steps.Where(static step => step.Kind == "transfer"), static step => Assert.True(step.Duration >= TimeSpan.FromSeconds(10), $"{step.Duration}")));
    }

    [Fact]
    public async Task Run_OneDestinationFails_TheOthersReadNothingAgain()
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        world.Remote("bad").FailAt(RemoteOperation.Write, "20260106T010000Z.vhd");

        await world.MirrorAsync("d1", "bad", "d2");

        AssertReadOnce(world);
        await world.AssertHoldsAsync("d1", "ABC");
        await world.AssertHoldsAsync("d2", "ABC");
    }

    private static string[] Transfers(MirrorReport report, int destination) =>
        [.. report.Vms[0].Destinations[destination].Steps.Select(static step => step.Kind).Where(static kind => kind == "transfer")];

    private static void AssertReadOnce(MirrorFixture world)
    {
        var files = world.Source.BytesRead.Where(static pair => pair.Key.EndsWith(".vhd", StringComparison.Ordinal) || pair.Key.EndsWith(".xva", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.InRange(file.Value, 1, new FileInfo(Path.Combine(world.Run.PathOf("src"), file.Key)).Length + Structures));
    }
}
