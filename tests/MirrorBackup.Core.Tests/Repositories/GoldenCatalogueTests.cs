using System.Text.Json.Nodes;
using MirrorBackup.Backups;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Tests.Repositories;

/// <summary>What Xen Orchestra wrote, read as a catalogue.</summary>
public sealed class GoldenCatalogueTests
{
    [Theory]
    [InlineData("a-src-delta-vhd", null)]
    [InlineData("c0-mirror-vhd-file", "db")]
    [InlineData("b-src-full-xva", null)]
    [InlineData("b1-mirror-full", "appgz")]
    [InlineData("c1-mirror-vhddir-brotli", null, BlockCodec.Brotli)]
    [InlineData("c2-vhddir-gzip", null, BlockCodec.Gzip)]
    [InlineData("c3-vhddir-uncompressed", null, BlockCodec.None)]
    public async Task LoadAsync_HealthyRepository_GivesThePointsOfTheManifest(string set, string? leftOut, BlockCodec? directories = null)
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        GoldenData.UnpackSet(set, folder.Path);
        await using var remote = LocalRemote.Open(folder.Path, new LocalRemoteOptions { IsReadOnly = true });
        var repository = await BackupRepository.OpenAsync(remote, cancellationToken: token);
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(GoldenData.Root, "manifest.json"), token))![set]!.AsArray()
            .Where(vm => (string?)vm!["name"] != leftOut).ToArray();

        Assert.Equal(manifest.Select(static vm => (string)vm!["uuid"]!).Order(StringComparer.Ordinal), await repository.ListVmsAsync(token));
        foreach (var vm in manifest)
        {
            var catalogue = await repository.LoadAsync((string)vm!["uuid"]!, token);

            Assert.Equal((string)vm["name"]!, catalogue.VmName);
            Assert.Empty(catalogue.Problems);
            Assert.Empty(catalogue.StrayFiles);
            Assert.All(
                catalogue.Chain(BackupMode.Incremental).Revisions,
                revision => Assert.Equal(directories is { } codec ? StorageForm.VhdDirectory(codec) : StorageForm.VhdFile, revision.Form));
            Assert.Equal(vm["points"]!.AsArray().Select(static point => Expected(point!)), catalogue.Points.Select(point => Found(catalogue, point)));
        }
    }

    [Theory]
    [InlineData("interrupted-merge-file-blocks", 4)]
    [InlineData("interrupted-merge-file-after-rename", 4)]
    [InlineData("interrupted-merge-file-cleanup", 4)] // Here XO removes every point of the VM, and in the last one.
    [InlineData("interrupted-merge-dir-blocks", 4)]
    [InlineData("interrupted-merge-dir-cleanup", 4)]
    public async Task LoadAsync_InterruptedMerge_GivesTheRevisionThatIsThereOnceItIsFinished(string name, int step)
    {
        using var folder = new TemporaryFolder();
        var chain = await LoadDestinationAsync(name, step, folder);

        var merge = Assert.Single(chain.PendingMerges);
        Assert.False(merge.IsLeftover);
        Assert.Equal(["20260105T010000Z", "20260106T010000Z"], merge.Paths.Select(static path => Path.GetFileName(path).Split('.')[0]));
        var truth = GoldenTruth(name, "20260106T010000Z.json");
        Assert.Equal(
            (merge.Paths[1], (string)truth["snapUuid"]!, null, (long)truth["virtualSize"]!),
            (merge.Survivor!.Path, merge.Survivor.Id, merge.Survivor.ParentId, merge.Survivor.VirtualSize));
        Assert.Equal(name.Contains("-dir-", StringComparison.Ordinal) ? StorageForm.VhdDirectory(BlockCodec.Brotli) : StorageForm.VhdFile, merge.Survivor.Form);
        Assert.Empty(chain.Problems);
        Assert.Equal(4, chain.Points.Length);
        Assert.All(chain.Points, point => Assert.True(chain.IsRestorable(point)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task LoadAsync_StaleMergeState_IsLeftOverAlsoWhenNewFilesHaveTheNames(bool filesAreThere)
    {
        // XO merges by this state into files that only have the names of those that it was written for, and the content is silently wrong.
        const string Name = "interrupted-merge-file-cleanup";
        using var folder = new TemporaryFolder();
        GoldenData.UnpackState(Name, 5, folder.Path);
        var state = Assert.Single(Directory.GetFiles(folder["dst"], "*.merge.json", SearchOption.AllDirectories));
        if (filesAreThere)
        {
            foreach (var file in Directory.GetFiles(folder["src"], "2026010?T010000Z.vhd", SearchOption.AllDirectories))
            {
                File.Copy(file, Path.Combine(Path.GetDirectoryName(state)!, Path.GetFileName(file)));
            }
        }

        var chain = await ReadDestinationAsync(Name, folder);

        var merge = Assert.Single(chain.PendingMerges);
        Assert.Equal((true, null), (merge.IsLeftover, merge.Survivor));
        Assert.All(chain.Revisions, revision => Assert.True(chain.IsViewable(revision.Path)));
        Assert.NotEqual(filesAreThere, chain.Revisions.IsEmpty);
    }

    private static async Task<BackupChain> LoadDestinationAsync(string name, int step, TemporaryFolder folder)
    {
        GoldenData.UnpackState(name, step, folder.Path);
        return await ReadDestinationAsync(name, folder);
    }

    private static async Task<BackupChain> ReadDestinationAsync(string name, TemporaryFolder folder)
    {
        await using var remote = LocalRemote.Open(folder["dst"]);
        var repository = await BackupRepository.OpenAsync(remote, cancellationToken: TestContext.Current.CancellationToken);
        return (await repository.LoadAsync(GoldenScenario.Load(name).Vm, TestContext.Current.CancellationToken)).Chain(BackupMode.Incremental);
    }

    private static JsonNode GoldenTruth(string scenario, string json) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(GoldenData.Root, "scenarios.json")))![scenario]!["truth"]!.AsArray()
            .Single(point => (string)point!["json"]! == json)!["disks"]![0]!;

    private static string Expected(JsonNode point)
    {
        var isFull = (string)point["mode"]! == "full";
        var disks = isFull
            ? $"{((string)point["xva"]!)[2..]} {(long)point["length"]!}"
            : string.Join(';', point["disks"]!.AsArray().Select(static disk =>
                $"{disk!["vdiUuid"]} {disk["path"]} {disk["vhdUuid"]} {disk["parentUuid"]?.ToString() ?? "key"} {disk["virtualSize"]} {disk["blocksInFile"]!.AsArray().Count * 2097152L}"));
        return $"{point["json"]} {point["timestamp"]} {point["jobId"]} {point["scheduleId"]} {point["sizeInMetadata"]} {disks}";
    }

    private static string Found(VmCatalogue catalogue, CataloguedPoint listed)
    {
        var point = listed.Point;
        var chain = catalogue.Chain(point.Id.Mode);
        Assert.True(chain.IsRestorable(point));
        var revisions = point.Disks.Select(disk => (disk.Disk, Revision: chain.Revision(disk.Path)!));
        var disks = point.Id.Mode == BackupMode.Full
            ? string.Join(';', revisions.Select(static disk => $"{disk.Revision.Path} {disk.Revision.VirtualSize}"))
            : string.Join(';', revisions.Select(static disk =>
                $"{disk.Disk} {disk.Revision.Path} {disk.Revision.Id} {disk.Revision.ParentId ?? "key"} {disk.Revision.VirtualSize} {disk.Revision.AllocatedBytes}"));
        return $"{point.Name}.json {point.Id.Timestamp} {point.JobId} {point.ScheduleId} {point.Size} {disks}";
    }
}
