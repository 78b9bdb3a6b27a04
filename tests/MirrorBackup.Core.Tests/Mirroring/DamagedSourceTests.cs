using System.Text.Json.Nodes;
using MirrorBackup.Backups;
using MirrorBackup.Disks;
using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Retention;
using MirrorBackup.Vhd;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>
/// Every damaged VM of the golden data as a source: what can be restored there arrives with the content that it truly had, what cannot is named, and
/// nothing is written to the source. Letters: what the destination lists; empty where nothing can be restored.
/// </summary>
public sealed class DamagedSourceTests
{
    [Theory]
    [InlineData("ok", "Abcd", true)]
    [InlineData("broken-footer-middle", "Ab", false)] // c is damaged, and d needs it.
    [InlineData("broken-header-key", "", false)]
    [InlineData("truncated-last", "Abc", false)]
    [InlineData("truncated-empty", "Abc", false)]
    [InlineData("bitflip-bat", "A", false)]
    [InlineData("orphan-vhd-tail", "Abc", true)] // XO and we mirror what is listed.
    [InlineData("orphan-vhd-head", "Bcd", true)] // b is sent with what it needs of A.
    [InlineData("orphan-vhd-head3", "Cd", true)]
    [InlineData("orphan-vhd-middle", "Abd", true)]
    [InlineData("orphan-key", "Abcd", true)]
    [InlineData("missing-vhd-middle", "A", false)]
    [InlineData("missing-vhd-last", "Abc", false)]
    [InlineData("missing-key", "", false)]
    [InlineData("dup-uuid", "Abcd", true)]
    [InlineData("wrong-parent-uuid", "Ab", false)] // XO follows the name of the parent alone, and mirrors wrong content.
    [InlineData("unused-vdi-dir", "Abcd", true)]
    [InlineData("broken-json", "Abd", false)]
    [InlineData("empty-json", "Abc", false)]
    [InlineData("json-unknown-mode", "Abc", false)]
    [InlineData("stale-cache-missing", "Abcd", true)] // XO does not see d.
    [InlineData("broken-cache", "Abcd", true)]
    [InlineData("no-cache", "Abcd", true)]
    [InlineData("tmp-files", "Abcd", true)]
    [InlineData("orphan-merge-state", "Abcd", true)]
    [InlineData("broken-merge-state", "Abcd", true)]
    [InlineData("merge-crash-cleanup", "", false)]
    public Task Run_DamagedDisks_MirrorsWhatCanBeRestored(string fault, string letters, bool isComplete) =>
        RunAsync("f1-faults-vhd-file", fault, BackupMode.Incremental, letters, isComplete);

    [Theory]
    [InlineData("ok", "ABC", true)]
    [InlineData("xva-missing", "AC", false)]
    [InlineData("xva-truncated", "AC", false)] // XO mirrors it as good.
    [InlineData("xva-no-end", "AC", false)] // XO mirrors it as good.
    [InlineData("xva-bitflip", "AC", false)] // XO mirrors it as good.
    [InlineData("checksum-missing", "ABC", true)]
    [InlineData("checksum-wrong", "AC", false)]
    [InlineData("json-missing", "AC", true)]
    [InlineData("orphan-checksum", "AB", true)]
    [InlineData("tmp", "AB", true)]
    public Task Run_DamagedArchives_MirrorsWhatCanBeRestored(string fault, string letters, bool isComplete) =>
        RunAsync("f4-faults-full", fault, BackupMode.Full, letters, isComplete);

    private static async Task RunAsync(string set, string fault, BackupMode mode, string letters, bool isComplete)
    {
        var stop = TestContext.Current.CancellationToken;
        var item = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(GoldenData.Root, "faults.json"), stop))!.AsArray()
            .Single(item => (string)item!["set"]! == set && (string)item["case"]! == fault)!;
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["src"]);
        GoldenData.UnpackSet(set, folder["src"], (string)item["vm"]!);
        var before = Files(folder["src"]);
        await using var source = LocalRemote.Open(folder["src"], new LocalRemoteOptions { Name = "src" });
        await using var destination = LocalRemote.Open(folder["dst"], new LocalRemoteOptions { Name = "dst", CreateRoot = true });
        var job = new MirrorJob("faults") { Source = source, Mode = mode };
        job.Destinations.Add(new MirrorDestination(destination, RetentionPolicy.KeepLast(9)));

        var report = await new MirrorRunner().RunAsync(job, null, stop);

        Assert.Equal(before, Files(folder["src"]));
        Assert.True(isComplete == report.IsSuccess, MirrorReportJson.Write(report));
        var repository = await BackupRepository.OpenAsync(destination, null, stop);
        var catalogue = await repository.LoadAsync((string)item["vm"]!, stop);
        Assert.Equal(letters.ToUpperInvariant(), string.Concat(catalogue.Points.Select(point => LetterOf(item, point.Point))).ToUpperInvariant());
        Assert.Equal(letters.Count(char.IsLower), catalogue.Points.Count(point => point.Point.Disks.Any(disk => catalogue.Chain(mode).Revision(disk.Path)!.IsDelta)));
        foreach (var (point, _) in catalogue.Points)
        {
            foreach (var disk in point.Disks)
            {
                Assert.Equal(TruthOf(item, point, disk), await DigestAsync(destination, RepositoryPaths.VmFolder(catalogue.VmId) / disk.Path, mode));
            }
        }
    }

    private static JsonNode Truth(JsonNode item, RestorePoint point) =>
        item["truth"]!.AsArray().Single(truth => (string)truth!["json"]! == point.Name + ".json")!;

    private static string LetterOf(JsonNode item, RestorePoint point) => (string)Truth(item, point)["label"]!;

    private static string TruthOf(JsonNode item, RestorePoint point, PointDisk disk) => (string)(point.Id.Mode == BackupMode.Full
        ? Truth(item, point)["sha256"]!
        : Truth(item, point)["disks"]!.AsArray().Single(truth => ((string)truth!["path"]!).Contains(disk.Disk, StringComparison.Ordinal))!["sha256"]!)!;

    private static async Task<string> DigestAsync(LocalRemote remote, RemotePath path, BackupMode mode)
    {
        if (mode == BackupMode.Full)
        {
            await using var archive = await remote.OpenReadAsync(path, TestContext.Current.CancellationToken);
            await using var content = archive.AsStream(0, archive.Length);
            return Convert.ToHexStringLower(await System.Security.Cryptography.SHA256.HashDataAsync(content, TestContext.Current.CancellationToken));
        }

        await using var chain = await VhdChain.OpenAsync(remote, path, null, TestContext.Current.CancellationToken);
        return Convert.ToHexStringLower(await DiskDigest.ComputeAsync(chain, null, TestContext.Current.CancellationToken));
    }

    private static string[] Files(string root) =>
        [.. new DirectoryInfo(root).EnumerateFiles("*", SearchOption.AllDirectories).Select(static file => $"{file.FullName} {file.Length} {file.LastWriteTimeUtc:O}").Order(StringComparer.Ordinal)];
}
