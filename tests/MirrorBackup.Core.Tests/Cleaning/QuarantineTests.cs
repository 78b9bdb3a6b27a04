using System.Text.Json.Nodes;
using MirrorBackup.Repositories.Cleaning;

namespace MirrorBackup.Tests.Cleaning;

/// <summary>What is moved aside can be put back by hand, by the manifest alone.</summary>
public sealed class QuarantineTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("f1-faults-vhd-file", "orphan-vhd-tail", "OrphanDisk")]
    [InlineData("f1-faults-vhd-file", "tmp-files", "TemporaryFile")]
    [InlineData("f1-faults-vhd-file", "dup-uuid", "DuplicateDisk")]
    [InlineData("f1-faults-vhd-file", "orphan-merge-state", "StaleMergeState")]
    [InlineData("f2-faults-vhd-dir", "orphan-data", "UnclaimedDirectory")]
    [InlineData("f2-faults-vhd-dir", "dir-without-alias", "UnclaimedDirectory")]
    [InlineData("f4-faults-full", "json-missing", "ArchiveWithoutMetadata")]
    [InlineData("f4-faults-full", "orphan-checksum", "OrphanChecksum")]
    public async Task CleanAsync_Quarantine_TheManifestPutsEverythingBack(string set, string fault, string kind)
    {
        await using var world = await CleaningWorld.OfFaultAsync(set, fault);
        File.Delete(world.Local("cache.json.gz"));
        var before = Files(world.Tree());

        var report = await world.Repository.CleanAsync(new CleaningOptions { Repair = true, Quarantine = true }, null, Token);

        Assert.Contains(report.Findings, finding => finding.Action == CleaningAction.Quarantined && finding.Kind.ToString() == kind);
        Assert.StartsWith(".mirrorbackup/quarantine/2", report.Quarantine, StringComparison.Ordinal);
        Assert.NotEqual(before, Files(world.Tree()));
        await PutBackAsync(world, world.FromRoot($"{report.Quarantine}/{world.Vm}/manifest.json"), kind);
        Assert.Equal(before, Files(world.Tree()));
    }

    [Fact]
    public async Task CleanAsync_OrphanInADirectory_MovesAliasAndDirectory()
    {
        await using var world = await CleaningWorld.OfFaultAsync("f2-faults-vhd-dir", "ok");
        File.Delete(world.Local("20260108T010000Z.json"));
        File.Delete(world.Local("cache.json.gz"));
        var before = Files(world.Tree());

        var report = await world.Repository.CleanAsync(new CleaningOptions { Repair = true, Quarantine = true }, null, Token);

        Assert.Equal(CleaningKind.OrphanDisk, Assert.Single(report.Findings).Kind);
        Assert.Empty(Directory.EnumerateFileSystemEntries(world.Local(""), "20260108T010000Z*", SearchOption.AllDirectories));
        await PutBackAsync(world, world.FromRoot($"{report.Quarantine}/{world.Vm}/manifest.json"), "OrphanDisk");
        Assert.Equal(before, Files(world.Tree()));
    }

    [Fact]
    public async Task CleanAsync_NothingToMove_MakesNoQuarantine()
    {
        await using var world = await CleaningWorld.OfFaultAsync("f1-faults-vhd-file", "ok");

        var report = await world.Repository.CleanAsync(new CleaningOptions { Repair = true, Quarantine = true }, null, Token);

        Assert.Null(report.Quarantine);
        Assert.False(Directory.Exists(world.FromRoot(".mirrorbackup")));
    }

    private static async Task PutBackAsync(CleaningWorld world, string path, string kind)
    {
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(path, Token))!;
        Assert.Equal(world.Vm, (string?)manifest["vm"]);
        foreach (var item in manifest["items"]!.AsArray().Reverse())
        {
            var (from, to) = (world.FromRoot((string)item!["quarantined"]!), world.FromRoot((string)item["original"]!));
            Assert.StartsWith(kind + ": ", (string?)item["reason"], StringComparison.Ordinal);
            if ((bool)item["isDirectory"]!)
            {
                Assert.Equal((long)item["bytes"]!, Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Sum(static file => new FileInfo(file).Length));
                Directory.Move(from, to);
            }
            else
            {
                Assert.Equal((long)item["bytes"]!, new FileInfo(from).Length);
                File.Move(from, to);
            }
        }

        File.Delete(path);
    }

    private static string[] Files(string[] tree) => [.. tree.Where(static entry => !entry.EndsWith('/') && !entry.Contains("cache.json.gz", StringComparison.Ordinal))];
}
