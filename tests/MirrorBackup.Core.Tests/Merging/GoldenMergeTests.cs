using System.Text.Json.Nodes;
using MirrorBackup.Disks;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Tests.Merging;

/// <summary>Merges that the real engine left unfinished: finished here, every point that is listed has its true content.</summary>
public sealed class GoldenMergeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    // "cleanup" is the crash after which Xen Orchestra deletes every point of the VM.
    [Theory]
    [InlineData("interrupted-merge-file-blocks", ".vhd")]
    [InlineData("interrupted-merge-file-cleanup", ".vhd")]
    [InlineData("interrupted-merge-file-after-rename", ".vhd")]
    [InlineData("interrupted-merge-dir-blocks", ".alias.vhd")]
    [InlineData("interrupted-merge-dir-cleanup", ".alias.vhd")]
    public async Task ResumeAsync_StateOfXenOrchestra_EveryPointHasItsTrueContentBeforeAndAfter(string scenario, string ending)
    {
        GoldenData.UnpackState(scenario, 4, _folder.Path);
        var golden = GoldenScenario.Load(scenario);
        await using var remote = LocalRemote.Open(_folder["dst"]);
        var vm = _folder[$"dst/xo-vm-backups/{golden.Vm}"];
        var state = Directory.EnumerateFiles(vm, "*.merge.json", SearchOption.AllDirectories).Single();
        var folder = RemotePath.Parse(Path.GetRelativePath(_folder["dst"], Path.GetDirectoryName(state)!));
        string[] points = [.. Directory.EnumerateFiles(vm, "2*.json").Select(static p => Path.GetFileNameWithoutExtension(p))];
        Assert.Equal(4, points.Length);
        await AssertContentAsync();

        var result = await VhdMerge.ResumeAsync(remote, folder, Path.GetFileName(state), name => points.Contains(name.Split('.')[0]), null, Cancelled);

        Assert.Equal($"20260106T010000Z{ending}", result.Survivor);
        Assert.Equal(12588544, result.FinalSize);
        Assert.False(result.IsDifferencing);
        await AssertContentAsync();
        Assert.Empty(Directory.EnumerateFiles(vm, "*.merge.json", SearchOption.AllDirectories));
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(state)!, $"20260105T010000Z{ending}")));
        Assert.Equal(ending == ".vhd" ? 0 : 4, Directory.EnumerateDirectories(vm, "*.vhd", SearchOption.AllDirectories).Count());

        async Task AssertContentAsync()
        {
            foreach (var point in points)
            {
                var timestamp = (long)JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(vm, point + ".json"), Cancelled))!["timestamp"]!;
                await using var chain = await VhdChain.OpenAsync(remote, folder.Combine(point + ending), cancellationToken: Cancelled);
                var digest = Convert.ToHexStringLower(await DiskDigest.ComputeAsync(chain, null, Cancelled));
                Assert.Equal(golden.TruthOf(timestamp, "delta").Single().Value, digest);
            }
        }
    }

    // Step 5 of the same scenario: the engine deleted all points, sent the chain again, and then applied the old state to the new files: silent corruption.
    [Fact]
    public async Task ResumeAsync_StateThatOutlivedItsFiles_TouchesNothingOfTheNewOnes()
    {
        GoldenData.UnpackState("interrupted-merge-file-cleanup", 5, _folder.Path);
        var destination = Directory.EnumerateFiles(_folder["dst"], "*.merge.json", SearchOption.AllDirectories).Single();
        var source = Directory.EnumerateFiles(_folder["src"], "20260107T010000Z.vhd", SearchOption.AllDirectories).Single();
        var target = Path.GetDirectoryName(destination)!;
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(source)!, "*.vhd"))
        {
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
        }

        var before = Directory.EnumerateFiles(target, "*.vhd").ToDictionary(static f => f, File.ReadAllBytes);
        await using var remote = LocalRemote.Open(_folder["dst"]);
        var folder = RemotePath.Parse(Path.GetRelativePath(_folder["dst"], target));

        var result = await VhdMerge.ResumeAsync(remote, folder, Path.GetFileName(destination), static _ => true, null, Cancelled);

        Assert.Null(result.Survivor);
        Assert.False(File.Exists(destination));
        Assert.NotEmpty(before);
        Assert.All(before, static file => Assert.Equal(file.Value, File.ReadAllBytes(file.Key)));
    }

    // A state of the former form, without a chain: both ids are those of the files, which link, and that proves it whatever the checksums of headers say.
    [Fact]
    public async Task ResumeAsync_StateOfTheFormerForm_MergesFromTheFirstBlockOn()
    {
        var fault = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(GoldenData.Root, "faults.json"), Cancelled))!.AsArray()
            .Single(static item => (string)item!["case"]! == "old-merge-state")!;
        GoldenData.UnpackSet("f1-faults-vhd-file", _folder.Path, (string)fault["vm"]!);
        await using var remote = LocalRemote.Open(_folder.Path);
        var state = Directory.EnumerateFiles(_folder.Path, "*.merge.json", SearchOption.AllDirectories).Single();
        var folder = RemotePath.Parse(Path.GetRelativePath(_folder.Path, Path.GetDirectoryName(state)!));

        var result = await VhdMerge.ResumeAsync(remote, folder, Path.GetFileName(state), static name => name != "20260105T010000Z.vhd", null, Cancelled);

        Assert.Equal(("20260106T010000Z.vhd", false), (result.Survivor, result.IsDifferencing));
        Assert.False(File.Exists(state));
        foreach (var point in fault["truth"]!.AsArray().Skip(1))
        {
            var disk = point!["disks"]![0]!;
            var path = folder.Combine(Path.GetFileName((string)disk["path"]!));
            await using var chain = await VhdChain.OpenAsync(remote, path, cancellationToken: Cancelled);
            Assert.Equal((string)disk["sha256"]!, Convert.ToHexStringLower(await DiskDigest.ComputeAsync(chain, null, Cancelled)));
        }
    }
}
