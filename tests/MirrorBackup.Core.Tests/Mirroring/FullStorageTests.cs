using MirrorBackup.Disks;
using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Remotes;
using MirrorBackup.Remotes.Tests.Local;
using MirrorBackup.Repositories;
using MirrorBackup.Retention;
using MirrorBackup.Tests.Scenarios;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>A destination on a file system that is really full.</summary>
public sealed class FullStorageTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(3, "")]
    [InlineData(5, "A")]
    [InlineData(7, "AB")]
    public async Task Run_StorageSaysHowMuchRoomThereIs_SendsWhatFitsAndNamesTheRest(int mebibytes, string letters)
    {
        await using var scenario = new ScenarioRun("doc-delta", 1);
        using var folder = new TemporaryFolder();
        using var mount = await PrivateMount.CreateAsync($"size={mebibytes}m", folder.Path, "true", Cancelled);
        await using var destination = LocalRemote.Open(mount.Path, new LocalRemoteOptions { Name = "small" });

        var report = await RunAsync(scenario, destination);

        Assert.True(report.Outcome == MirrorOutcome.Incomplete, MirrorReportJson.Write(report));
        Assert.All(report.Vms[0].Destinations[0].Conflicts, static conflict => Assert.Contains("free", conflict, StringComparison.Ordinal));
        Assert.Equal(letters, await ListAsync(scenario, destination));
    }

    // The ballast goes as an administrator would make room; the second run then finishes what the first one could not.
    [Theory]
    [InlineData(3, "")]
    [InlineData(5, "A")]
    [InlineData(7, "AB")]
    public async Task Run_StorageFillsUpMidway_ListsOnlyWhatIsWholeAndCompletesOnceThereIsRoom(int free, string letters)
    {
        await using var scenario = new ScenarioRun("doc-delta", 1);
        using var folder = new TemporaryFolder();
        using var mount = await PrivateMount.CreateAsync("size=32m", folder.Path, $"head -c {(32 - free) << 20} /dev/zero > ballast", Cancelled);
        await using var destination = new SilentRemote(LocalRemote.Open(mount.Path, new LocalRemoteOptions { Name = "small" }));

        var full = await RunAsync(scenario, destination);

        Assert.Equal(ErrorCodes.RemoteFull, full.Vms[0].Destinations[0].Error!.Code);
        Assert.Contains("small", full.Vms[0].Destinations[0].Error!.Message, StringComparison.Ordinal);
        Assert.Equal(letters, await ListAsync(scenario, destination));
        File.Delete(Path.Combine(mount.Path, "ballast"));
        var roomy = await RunAsync(scenario, destination);
        Assert.True(roomy.IsSuccess, MirrorReportJson.Write(roomy));
        Assert.Equal("ABC", await ListAsync(scenario, destination));
        Assert.DoesNotContain(Directory.EnumerateFiles(mount.Path, "*", SearchOption.AllDirectories), static file => Path.GetFileName(file).StartsWith('.'));
    }

    private static Task<MirrorReport> RunAsync(ScenarioRun scenario, IRemote destination)
    {
        var job = new MirrorJob("full") { Source = scenario.Open("src") };
        job.Destinations.Add(new MirrorDestination(destination, RetentionPolicy.KeepLast(4)));
        return new MirrorRunner().RunAsync(job, null, Cancelled);
    }

    /// <summary>The letters of what is listed; every one of them must be what it truly was.</summary>
    private static async Task<string> ListAsync(ScenarioRun scenario, IRemote destination)
    {
        var repository = await BackupRepository.OpenAsync(destination, null, Cancelled);
        var letters = "";
        foreach (var (point, _) in (await repository.LoadAsync(scenario.Scenario.Vm, Cancelled)).Points)
        {
            foreach (var disk in point.Disks)
            {
                await using var opened = await repository.OpenDiskAsync(scenario.Scenario.Vm, disk.Path, Cancelled);
                var digest = Convert.ToHexStringLower(await DiskDigest.ComputeAsync(opened, null, Cancelled));
                Assert.Equal(scenario.Scenario.TruthOf(point.Id.Timestamp, "delta")[disk.Disk], digest);
            }

            letters += scenario.Scenario.LetterOf(point.Id.Timestamp);
        }

        return letters;
    }
}
