using System.Text.Json.Nodes;
using MirrorBackup.Repositories.Cleaning;

namespace MirrorBackup.Tests.Cleaning;

/// <summary>Every stimulus that makes Xen Orchestra's cleaner destroy what could be kept (<c>formats/repository.md</c> §6.7).</summary>
public sealed class HazardTests
{
    private const string Key = "20260105T010000Z";
    private const string Middle = "20260106T010000Z";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    // XO: the whole chain and all its JSON are deleted.
    [Fact]
    public Task CleanAsync_KeyCannotBeOpenedForAnInputOutputError_TouchesNothing() => AssertUntouchedAsync(Key + ".vhd");

    // XO: the disks of that backup are merged away or deleted, its JSON is removed.
    [Fact]
    public Task CleanAsync_OneMetadataFileCannotBeRead_TouchesNothing() => AssertUntouchedAsync(Middle + ".json");

    // XO: all JSON of the VM is deleted.
    [Fact]
    public async Task CleanAsync_FolderOfADiskCannotBeListed_TouchesNothing()
    {
        await using var world = await OpenAsync();
        await AssertUntouchedAsync(world, Path.GetFileName(Path.GetDirectoryName(world.Find(Key + ".vhd"))!));
    }

    [Fact]
    public Task CleanAsync_FolderOfTheVmCannotBeListed_TouchesNothing() => AssertUntouchedAsync("vdis");

    // XO: it and all later deltas go with their JSON.
    [Fact]
    public async Task CleanAsync_MiddleDiskTruncated_KeepsEveryFileAndSaysWhich()
    {
        await using var world = await OpenAsync();
        var middle = world.Local(world.Find(Middle + ".vhd"));
        using (var file = File.OpenWrite(middle))
        {
            file.SetLength(file.Length / 2);
        }

        var tree = world.Tree();
        var findings = await world.CleanAsync();

        Assert.Equal(tree, world.Tree());
        Assert.Equal(
            [$"{Middle}.json", "20260107T010000Z.json", "20260108T010000Z.json"],
            findings.Where(static finding => finding.Kind == CleaningKind.IncompleteBackup).Select(static finding => finding.Path));
        Assert.Equal(world.Find(Middle + ".vhd"), findings.First(static finding => finding.Kind == CleaningKind.BrokenDisk).Path);
    }

    // XO resolves it to the folder of the disk, and deletes every backup of the disk.
    [Fact]
    public async Task CleanAsync_EmptyAliasAndItsDirectoryIsNotWhole_KeepsEveryFile()
    {
        await using var world = await CleaningWorld.OfFaultAsync("f2-faults-vhd-dir", "alias-empty");
        var data = world.Local(Path.Combine(Path.GetDirectoryName(world.Find("20260108T010000Z.alias.vhd"))!, "data", "20260108T010000Z.vhd"));
        File.Delete(Directory.EnumerateFiles(Path.Combine(data, "blocks"), "*", SearchOption.AllDirectories).First());
        var tree = world.Tree();

        var findings = await world.CleanAsync();

        Assert.Equal(tree, world.Tree());
        Assert.Contains(findings, static finding => finding is { Kind: CleaningKind.UnclaimedDirectory, Action: CleaningAction.Skipped });
    }

    [Fact]
    public async Task CleanAsync_EmptyAliasAndAnotherDisk_KeepsEveryFile()
    {
        await using var world = await CleaningWorld.OfFaultAsync("f2-faults-vhd-dir", "alias-empty");
        var metadata = world.Local("20260108T010000Z.json");
        var json = JsonNode.Parse(await File.ReadAllTextAsync(metadata, Token))!;
        foreach (var (_, disk) in json["vdis"]!.AsObject())
        {
            disk!["uuid"] = Guid.NewGuid().ToString();
        }

        await File.WriteAllTextAsync(metadata, json.ToJsonString(), Token);
        File.Delete(world.Local("cache.json.gz"));
        var tree = world.Tree();

        await world.CleanAsync();

        Assert.Equal(tree, world.Tree());
    }

    // XO leaves them for ever. Here it is said what they are; they may be all that is left, so they are only moved aside.
    [Fact]
    public async Task CleanAsync_AllMetadataRemoved_KeepsTheDisksUnlessTheyCanBePutBack()
    {
        await using var world = await OpenAsync();
        foreach (var file in Directory.EnumerateFiles(world.Local(""), "2*.json"))
        {
            File.Delete(file);
        }

        var disks = Directory.EnumerateFiles(world.Local(""), "*.vhd", SearchOption.AllDirectories).Order().ToArray();

        var findings = await world.CleanAsync();

        Assert.Equal(disks, Directory.EnumerateFiles(world.Local(""), "*.vhd", SearchOption.AllDirectories).Order());
        Assert.Equal(4, findings.Count(static finding => finding is { Kind: CleaningKind.OrphanDisk, Action: CleaningAction.Skipped, Bytes: > 0 }));

        var moved = await world.CleanAsync(new CleaningOptions { Repair = true, Quarantine = true });

        Assert.Equal(4, moved.Count(static finding => finding is { Kind: CleaningKind.OrphanDisk, Action: CleaningAction.Quarantined }));
        Assert.Empty(Directory.EnumerateFiles(world.Local(""), "*.vhd", SearchOption.AllDirectories));
        Assert.Equal(4, Directory.EnumerateFiles(world.FromRoot(".mirrorbackup"), "*.vhd", SearchOption.AllDirectories).Count());
    }

    // XO keeps the former for ever, and deletes the latter from the folder of the VM.
    [Fact]
    public async Task CleanAsync_ChecksumOfADiskAndForeignNames_TakesTheChecksumOnly()
    {
        await using var world = await OpenAsync();
        var folder = Path.GetDirectoryName(world.Find(Key + ".vhd"))!;
        string[] foreign = ["notes.txt", ".hidden", "notes.txt.checksum", $"{folder}/readme", $"{folder}/{Key}.qcow2"];
        foreach (var name in foreign.Append($"{folder}/{Key}.vhd.checksum"))
        {
            await File.WriteAllTextAsync(world.Local(name), "x", Token);
        }

        var findings = await world.CleanAsync();

        Assert.All(foreign, name => Assert.True(File.Exists(world.Local(name)), name));
        Assert.False(File.Exists(world.Local($"{folder}/{Key}.vhd.checksum")));
        Assert.Equal(foreign.Order(StringComparer.Ordinal), findings.Where(static finding => finding.Kind == CleaningKind.Foreign).Select(static finding => finding.Path));
        Assert.Equal(CleaningKind.OrphanChecksum, Assert.Single(findings, static finding => finding.Action == CleaningAction.Deleted).Kind);
    }

    // XO merges although it was told to remove nothing.
    [Theory]
    [InlineData("f1-faults-vhd-file", "old-merge-state")]
    [InlineData("f1-faults-vhd-file", "orphan-vhd-tail")]
    [InlineData("f1-faults-vhd-file", "tmp-files")]
    [InlineData("f2-faults-vhd-dir", "alias-empty")]
    [InlineData("f2-faults-vhd-dir", "orphan-data")]
    [InlineData("f4-faults-full", "json-missing")]
    public async Task CleanAsync_OnlyToReport_ChangesNothingAndSaysWhatItWouldDo(string set, string fault)
    {
        await using var world = await CleaningWorld.OfFaultAsync(set, fault);
        var tree = world.Tree();

        var findings = await world.ReportAsync();

        Assert.Equal(tree, world.Tree());
        Assert.Empty(world.Remote.Changes);
        Assert.Contains(findings, static finding => finding.Remedy != CleaningRemedy.None);
        Assert.All(findings, static finding => Assert.True(finding.Action is CleaningAction.None or CleaningAction.Skipped));
    }

    private static Task<CleaningWorld> OpenAsync() => CleaningWorld.OfFaultAsync("f1-faults-vhd-file", "ok");

    private static async Task AssertUntouchedAsync(string unreadable)
    {
        await using var world = await OpenAsync();
        await AssertUntouchedAsync(world, unreadable);
    }

    // With leftovers that would go at once if everything could be read.
    private static async Task AssertUntouchedAsync(CleaningWorld world, string unreadable)
    {
        var folder = Path.GetDirectoryName(world.Find(Key + ".vhd"))!;
        File.Copy(world.Local($"{folder}/{Key}.vhd"), world.Local($"{folder}/20200101T000000Z.vhd"));
        await File.WriteAllTextAsync(world.Local(".1767574800000.20260109T010000Z.xva"), "x", Token);
        var tree = world.Tree();
        world.Remote.FailsAt = path => path.Name == unreadable;

        var failed = await world.CleanAsync();

        world.Remote.FailsAt = static _ => false;
        Assert.Equal(tree, world.Tree());
        var finding = Assert.Single(failed);
        Assert.Equal((CleaningKind.NotAccessible, CleaningAction.Skipped), (finding.Kind, finding.Action));
        Assert.Contains("input/output error", finding.Reason, StringComparison.Ordinal);
        Assert.Equal(2, (await world.CleanAsync()).Count(static finding => finding.Action == CleaningAction.Deleted));
    }
}
