using System.Text.Json.Nodes;
using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Planning;
using MirrorBackup.Remotes;
using MirrorBackup.Retention;
using MirrorBackup.Tests.Scenarios;

namespace MirrorBackup.Tests.Tools;

/// <summary>Every disk file that a destination lists after a whole run, transferred, merged or found there, is exactly the true disk for <c>7zz</c> and <c>qemu-img</c>.</summary>
public sealed class MirroredDiskTests
{
    /// <summary>Keys, deltas, merges into what we wrote and into what Xen Orchestra wrote, disks that grow, and merges that it left unfinished.</summary>
    public static TheoryData<string, int> Steps() => new()
    {
        { "doc-delta", 1 }, { "doc-delta", 3 }, { "doc-delta", 4 },
        { "doc-delta-nokey", 3 }, { "doc-delta-nokey", 4 }, { "doc-delta-nokey", 5 },
        { "disk-resized", 1 }, { "disk-resized", 2 },
        { "disk-added-later", 2 }, { "disk-added-later", 3 }, { "disk-added-later", 4 },
        { "new-key-middle", 1 }, { "new-key-middle", 2 }, { "new-key-middle", 3 },
        { "ret-1", 1 }, { "ret-1", 2 },
        { "interrupted-merge-file-blocks", 4 }, { "interrupted-merge-file-cleanup", 4 },
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Run_GoldenState_EveryListedDiskIsTrueForOtherPrograms(string scenario, int step)
    {
        DiskJudge.RequireTools();
        await using var run = new ScenarioRun(scenario, step);
        var before = run.Expectations.ToDictionary(static e => e.Destination, e => FilesOf(run.PathOf(e.Destination)));

        var report = await new MirrorRunner().RunAsync(await run.JobAsync(), null, TestContext.Current.CancellationToken);

        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        foreach (var expectation in run.Expectations)
        {
            var root = run.PathOf(expectation.Destination);
            var keys = await JudgeAsync(root, before[expectation.Destination], disk => run.Scenario.TruthOf(disk.Timestamp, "delta")[disk.Disk]);
            Assert.True(keys.Ours + keys.Untouched > 0);
        }
    }

    [Fact]
    public async Task Run_GoldenSource_EveryDiskIsTrueForOtherPrograms()
    {
        DiskJudge.RequireTools();
        using var folder = UnpackSource();
        await MirrorAsync(folder, new MirrorJob { Source = LocalRemote.Open(folder["src"]) }, 100);

        var keys = await JudgeAsync(folder["dst"], [], TruthOf());

        Assert.Equal(ListedDisk.In(folder["src"]).Count, ListedDisk.In(folder["dst"]).Count);
        Assert.True(keys.Ours > 5);
    }

    // All revisions of a mirror that Xen Orchestra wrote are folded into its keys: the results are keys that we finished in its files.
    [Fact]
    public async Task Run_MirrorOfXenOrchestraFoldedToOnePoint_EveryDiskIsTrueForOtherPrograms()
    {
        DiskJudge.RequireTools();
        using var folder = UnpackSource();
        GoldenData.UnpackSet("c0-mirror-vhd-file", folder["dst"]);
        var before = FilesOf(folder["dst"]);
        string[] vms = [.. Directory.GetDirectories(folder["dst/xo-vm-backups"]).Select(static path => Path.GetFileName(path)!)];
        var job = new MirrorJob { Source = LocalRemote.Open(folder["src"]), Filter = new VmFilter { VmIds = [.. vms] }, Scope = RetentionScope.WholeVm };
        await MirrorAsync(folder, job, 1);

        var keys = await JudgeAsync(folder["dst"], before, TruthOf());

        Assert.Equal(vms.Length, ListedDisk.In(folder["dst"]).Select(static disk => disk.Vm).Distinct().Count());
        Assert.True(keys.Ours >= vms.Length);
        Assert.Equal(0, keys.Untouched);
    }

    private static TemporaryFolder UnpackSource()
    {
        var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["src"]);
        Directory.CreateDirectory(folder["dst"]);
        GoldenData.UnpackSet("a-src-delta-vhd", folder["src"]);
        return folder;
    }

    private static async Task MirrorAsync(TemporaryFolder folder, MirrorJob job, int retention)
    {
        await using var source = job.Source;
        await using var destination = LocalRemote.Open(folder["dst"]);
        job.Destinations.Add(new MirrorDestination(destination, RetentionPolicy.KeepLast(retention)));

        var report = await new MirrorRunner().RunAsync(job, null, TestContext.Current.CancellationToken);

        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
    }

    /// <summary>Judges every listed disk.</summary>
    /// <returns>The number of keys that we wrote or changed, and of those that are as Xen Orchestra left them.</returns>
    private static async Task<(int Ours, int Untouched)> JudgeAsync(string root, HashSet<string> before, Func<ListedDisk, string> truth)
    {
        using var judge = new DiskJudge();
        var (ours, untouched) = (0, 0);
        foreach (var disk in ListedDisk.In(root))
        {
            var isUntouched = before.Contains(Describe(new FileInfo(disk.File)));
            await judge.AssertAsync(disk, truth(disk), isUntouched);
            var isKey = VhdFacts.Read(disk.File).IsKey;
            (ours, untouched) = (ours + (isKey && !isUntouched ? 1 : 0), untouched + (isKey && isUntouched ? 1 : 0));
        }

        return (ours, untouched);
    }

    private static Func<ListedDisk, string> TruthOf()
    {
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(GoldenData.Root, "manifest.json")))!;
        var truth = (from vm in manifest["a-src-delta-vhd"]!.AsArray()
                     from point in vm!["points"]!.AsArray()
                     from disk in point!["disks"]!.AsArray()
                     select (Key: ((string)vm["uuid"]!, (long)point["timestamp"]!, (string)disk["vdiUuid"]!), Sha256: (string)disk["truthSha256"]!))
            .ToDictionary(static entry => entry.Key, static entry => entry.Sha256);
        return disk => truth[(disk.Vm, disk.Timestamp, disk.Disk)];
    }

    private static HashSet<string> FilesOf(string root) =>
        [.. new DirectoryInfo(root).EnumerateFiles("*.vhd", SearchOption.AllDirectories).Select(Describe)];

    // A merge changes a file in place and a rename keeps its time: name, length and time together tell what was touched.
    private static string Describe(FileInfo file) => $"{file.FullName} {file.Length} {file.LastWriteTimeUtc:O}";
}
