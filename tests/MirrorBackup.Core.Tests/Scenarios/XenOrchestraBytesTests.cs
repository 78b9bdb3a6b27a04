using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using MirrorBackup.Backups;
using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Planning;
using MirrorBackup.Remotes;
using MirrorBackup.Retention;

namespace MirrorBackup.Tests.Scenarios;

/// <summary>
/// For the same source and the same ids, what we write is what the real engine wrote: the same names, the same metadata byte for byte, the same
/// list cache, and the same VHD bytes but for the deliberate corrections in the footers (timestamp, geometry and with them the checksum).
/// </summary>
public sealed class XenOrchestraBytesTests
{
    private const string IncompleteInIncremental = "115afc17-cd1c-400b-aa3d-cc5bc45e1d69";
    private const string IncompleteInFull = "79db45e0-6598-42c9-a7bc-6a8566336ed1";

    [Fact]
    public Task Run_IncrementalSource_WritesWhatXenOrchestraWrote() =>
        CompareAsync("a-src-delta-vhd", "c0-mirror-vhd-file", BackupMode.Incremental, IncompleteInIncremental);

    [Fact]
    public Task Run_FullSource_WritesWhatXenOrchestraWrote() =>
        CompareAsync("b-src-full-xva", "b1-mirror-full", BackupMode.Full, IncompleteInFull);

    private static async Task CompareAsync(string sourceSet, string mirrorSet, BackupMode mode, string omittedVm)
    {
        using var folder = new TemporaryFolder();
        foreach (var name in new[] { "src", "xo", "ours" })
        {
            Directory.CreateDirectory(folder[name]);
        }

        GoldenData.UnpackSet(sourceSet, folder["src"]);
        GoldenData.UnpackSet(mirrorSet, folder["xo"]);
        var (jobId, scheduleId) = IdsOf(folder["xo"]);
        await using var source = LocalRemote.Open(folder["src"]);
        await using var destination = LocalRemote.Open(folder["ours"]);
        var vms = Directory.GetDirectories(folder["src/xo-vm-backups"]).Select(static path => Path.GetFileName(path)!).Where(vm => vm != omittedVm);
        var job = new MirrorJob { Source = source, Mode = mode, Id = jobId, ScheduleId = scheduleId, Filter = new VmFilter { VmIds = [.. vms] } };
        job.Destinations.Add(new MirrorDestination(destination, RetentionPolicy.KeepLast(100)));

        var report = await new MirrorRunner().RunAsync(job, null, TestContext.Current.CancellationToken);

        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        var files = FilesOf(folder["xo"]);
        Assert.Equal(files, FilesOf(folder["ours"]));
        Assert.All(files, file => AssertSame(file, File.ReadAllBytes(Path.Combine(folder["xo"], file)), File.ReadAllBytes(Path.Combine(folder["ours"], file))));
    }

    private static string[] FilesOf(string root) =>
        [.. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Select(path => Path.GetRelativePath(root, path)).Order(StringComparer.Ordinal)];

    private static (string JobId, string ScheduleId) IdsOf(string root)
    {
        var metadata = JsonNode.Parse(File.ReadAllText(Directory.EnumerateFiles(root, "2*.json", SearchOption.AllDirectories).First()))!;
        return ((string)metadata["jobId"]!, (string)metadata["scheduleId"]!);
    }

    private static void AssertSame(string file, byte[] expected, byte[] actual)
    {
        switch (Path.GetExtension(file))
        {
            case ".gz":
                Assert.True(JsonNode.DeepEquals(Unzip(expected), Unzip(actual)), file);
                break;
            case ".vhd":
                Assert.Equal(expected.Length, actual.Length);
                Assert.True(WithoutCorrections(expected).SequenceEqual(WithoutCorrections(actual)), file);
                break;
            default:
                Assert.True(expected.AsSpan().SequenceEqual(actual), file);
                break;
        }
    }

    private static JsonNode? Unzip(byte[] bytes)
    {
        using var gzip = new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress);
        return JsonSerializer.Deserialize<JsonNode>(gzip);
    }

    // Both copies of the footer: timestamp (24, 4 bytes), geometry (56, 4 bytes), checksum (64, 4 bytes).
    private static Span<byte> WithoutCorrections(byte[] vhd)
    {
        foreach (var footer in new[] { 0, vhd.Length - 512 })
        {
            vhd.AsSpan(footer + 24, 4).Clear();
            vhd.AsSpan(footer + 56, 4).Clear();
            vhd.AsSpan(footer + 64, 4).Clear();
        }

        return vhd;
    }
}
