using System.Text;
using System.Text.Json.Nodes;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Repositories.Cleaning;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Tests.Cleaning;

/// <summary>Leftovers that are in no golden set: locks, records of transfers, metadata that says what is not so, and what fails while it is done.</summary>
public sealed class LeftoverTests
{
    private const string Last = "20260108T010000Z";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("size")]
    [InlineData("isVhdDifferencing")]
    public async Task CleanAsync_MetadataThatTheDisksContradict_IsCorrected(string field)
    {
        await using var world = await FilesAsync();
        var truth = await File.ReadAllTextAsync(world.Local($"{Last}.json"), Token);
        var json = JsonNode.Parse(truth)!;
        if (field == "size")
        {
            json["size"] = 17;
        }
        else
        {
            json["isVhdDifferencing"]![json["isVhdDifferencing"]!.AsObject().Single().Key] = false;
        }

        await File.WriteAllTextAsync(world.Local($"{Last}.json"), json.ToJsonString(), Token);

        var findings = await world.CleanAsync();

        Assert.Equal(
            [(CleaningKind.StaleCache, CleaningAction.Repaired), (CleaningKind.WrongMetadata, CleaningAction.Repaired)],
            findings.Select(static finding => (finding.Kind, finding.Action)));
        Assert.Equal(truth, await File.ReadAllTextAsync(world.Local($"{Last}.json"), Token));
        Assert.Equal("Delete cache.json.gz", world.Remote.Changes[0]);
        Assert.Equal("WriteAll cache.json.gz", world.Remote.Changes[^1]);
        Assert.Empty(await world.CleanAsync());
    }

    [Fact]
    public async Task CleanAsync_ProtectedPoint_IsNotCorrected()
    {
        await using var world = await FilesAsync();
        var json = JsonNode.Parse(await File.ReadAllTextAsync(world.Local($"{Last}.json"), Token))!;
        json["size"] = 17;
        await File.WriteAllTextAsync(world.Local($"{Last}.json"), json.ToJsonString(), Token);
        File.Delete(world.Local("cache.json.gz"));
        await File.WriteAllTextAsync(world.FromRoot("immutability.json"), """{"since":1767574800000,"immutable":true,"duration":3153600000000}""", Token);
        var repository = await BackupRepository.OpenAsync(world.Remote, new BackupRepositoryOptions { TimeProvider = world.Time }, Token);

        var report = await repository.CleanAsync(new CleaningOptions { Repair = true }, null, Token);

        var finding = Assert.Single(report.Findings);
        Assert.Equal((CleaningKind.WrongMetadata, CleaningAction.Skipped), (finding.Kind, finding.Action));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CleanAsync_LockOfADeadProcess_IsReleased(bool hasVm)
    {
        await using var world = await FilesAsync();
        var path = hasVm ? world.Local("").TrimEnd('/') + ".lock" : world.FromRoot("xo-vm-backups/9d1c0c1e-0000-4000-8000-000000000000.lock");
        Directory.CreateDirectory(path);
        Directory.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-2));

        var reported = await world.ReportAsync();
        Assert.True(Directory.Exists(path));
        var findings = await world.CleanAsync();

        Assert.Equal((CleaningKind.LeftoverLock, CleaningAction.None), (Assert.Single(reported).Kind, reported[0].Action));
        Assert.Equal((CleaningKind.LeftoverLock, CleaningAction.Deleted), (Assert.Single(findings).Kind, findings[0].Action));
        Assert.False(Directory.Exists(path));
        Assert.False(Directory.Exists(world.FromRoot("xo-vm-backups/9d1c0c1e-0000-4000-8000-000000000000")));
    }

    [Fact]
    public async Task CleanAsync_LockDirectoryWithSomethingInIt_Stays()
    {
        await using var world = await FilesAsync();
        var path = world.FromRoot("xo-vm-backups/other.lock");
        Directory.CreateDirectory(path);
        await File.WriteAllTextAsync(Path.Combine(path, "mine"), "x", Token);
        Directory.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-2));

        Assert.Equal(CleaningAction.Skipped, Assert.Single(await world.CleanAsync()).Action);
        Assert.True(File.Exists(Path.Combine(path, "mine")));
    }

    [Fact]
    public async Task CleanAsync_SomebodyHoldsTheLock_TouchesNothing()
    {
        await using var world = await CleaningWorld.OfFaultAsync("f1-faults-vhd-file", "tmp-files");
        var repository = await BackupRepository.OpenAsync(world.Remote, cancellationToken: Token);
        await using var held = await repository.LockAsync(world.Vm, cancellationToken: Token);
        var tree = world.Tree();

        var finding = Assert.Single((await repository.CleanAsync(new CleaningOptions { Repair = true }, null, Token)).Findings);

        Assert.Equal((CleaningKind.NotAccessible, CleaningAction.Skipped), (finding.Kind, finding.Action));
        Assert.Equal(tree, world.Tree());
    }

    [Fact]
    public async Task CleanAsync_InterruptedTransfer_KeepsItsBlocks()
    {
        await using var world = await DirectoriesAsync();
        var data = await RecordAsync(world, "20260109T010000Z");
        Directory.CreateDirectory(world.Local(data + "/blocks/0"));
        await File.WriteAllTextAsync(world.Local(data + "/blocks/0/1"), "block", Token);

        var finding = Assert.Single(await world.CleanAsync());

        Assert.Equal((CleaningKind.InterruptedTransfer, CleaningAction.None, true), (finding.Kind, finding.Action, finding.IsSettled));
        Assert.True(File.Exists(world.Local(data + "/blocks/0/1")));
        Assert.Single(Records(world));
    }

    [Theory]
    [InlineData("20260109T010000Z")] // Nothing is there.
    [InlineData(Last)] // It has ended.
    [InlineData(null)] // No record.
    public async Task CleanAsync_RecordOfNoTransfer_Goes(string? name)
    {
        await using var world = await DirectoriesAsync();
        if (name is not null)
        {
            await RecordAsync(world, name);
        }
        else
        {
            var folder = Directory.CreateDirectory(world.FromRoot($".mirrorbackup/transfers/{world.Vm}"));
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "x.json"), "{", Token);
        }

        var before = world.Tree().Where(static entry => entry.StartsWith("xo-", StringComparison.Ordinal)).ToArray();

        var finding = Assert.Single(await world.CleanAsync());

        Assert.Equal((CleaningKind.StaleTransfer, CleaningAction.Deleted), (finding.Kind, finding.Action));
        Assert.Empty(Records(world));
        Assert.Equal(before, world.Tree().Where(static entry => entry.StartsWith("xo-", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("f1-faults-vhd-file", "tmp-files", "TemporaryFile")]
    [InlineData("f1-faults-vhd-file", "orphan-vhd-tail", "OrphanDisk")]
    [InlineData("f1-faults-vhd-file", "dup-uuid", "DuplicateDisk")]
    [InlineData("f2-faults-vhd-dir", "orphan-data", "UnclaimedDirectory")]
    [InlineData("f4-faults-full", "json-missing", "ArchiveWithoutMetadata")]
    public async Task CleanAsync_YoungLeftovers_StayUntilTheyAreOld(string set, string fault, string kind)
    {
        await using var world = await CleaningWorld.OfFaultAsync(set, fault);
        foreach (var entry in Directory.EnumerateFileSystemEntries(world.Local(""), "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(entry, world.Time.GetUtcNow().UtcDateTime.AddHours(-23));
        }

        var tree = world.Tree();
        var young = await world.CleanAsync();

        Assert.Equal(tree, world.Tree());
        Assert.Contains(young, finding => finding.Kind.ToString() == kind && finding.Action == CleaningAction.Skipped);
        world.Time.Advance(TimeSpan.FromHours(2));
        Assert.Contains(await world.CleanAsync(), finding => finding.Kind.ToString() == kind && finding.Action == CleaningAction.Deleted);
    }

    // What only looks like a VHD of another version, or was encrypted with another key, is not proven to be worthless.
    [Theory]
    [InlineData(false, CleaningAction.Deleted)]
    [InlineData(true, CleaningAction.Skipped)]
    public async Task CleanAsync_UnlistedDiskThatDoesNotOpen_GoesOnlyIfItIsDamagedForCertain(bool isOfAnotherVersion, CleaningAction expected)
    {
        await using var world = await FilesAsync();
        var folder = Path.GetDirectoryName(world.Local(world.Find(Last + ".vhd")))!;
        var content = await File.ReadAllBytesAsync(Path.Combine(folder, Last + ".vhd"), Token);
        if (isOfAnotherVersion)
        {
            SetVersion(content.AsSpan(0, 512));
            SetVersion(content.AsSpan(content.Length - 512));
        }
        else
        {
            content = content[..(content.Length / 2)];
        }

        await File.WriteAllBytesAsync(Path.Combine(folder, "20200101T000000Z.vhd"), content, Token);

        var finding = Assert.Single(await world.CleanAsync());

        Assert.Equal((CleaningKind.OrphanDisk, expected), (finding.Kind, finding.Action));
    }

    [Fact]
    public async Task CleanAsync_AChangeFails_StopsTheVmAndCanBeDoneAgain()
    {
        await using var world = await CleaningWorld.OfFaultAsync("f1-faults-vhd-file", "tmp-files");
        var leftovers = world.Tree().Where(static entry => entry.Contains(".1767574800000.", StringComparison.Ordinal)).ToArray();
        var calls = 0;
        world.Remote.FailsAt = path => path.Name.EndsWith("20260109T010000Z.vhd", StringComparison.Ordinal) && ++calls > 0;

        var findings = await world.CleanAsync();

        Assert.Equal(CleaningAction.Failed, findings[0].Action);
        Assert.Contains("input/output error", findings[0].Reason, StringComparison.Ordinal);
        Assert.Contains(findings, static finding => finding is { Kind: CleaningKind.TemporaryFile, Action: CleaningAction.Skipped });
        Assert.Equal(leftovers, world.Tree().Where(static entry => entry.Contains(".1767574800000.", StringComparison.Ordinal)));
        world.Remote.FailsAt = static _ => false;
        Assert.Equal(2, (await world.CleanAsync()).Count(static finding => finding.Action == CleaningAction.Deleted));
    }

    [Fact]
    public async Task CleanAsync_ReadOnlyRemote_CanBeReported()
    {
        await using var world = await CleaningWorld.OfFaultAsync("f1-faults-vhd-file", "tmp-files");
        var repository = await BackupRepository.OpenAsync(new ReadOnlyRemote(world.Remote), new BackupRepositoryOptions { TimeProvider = world.Time }, Token);

        var report = await repository.CleanAsync(cancellationToken: Token);

        Assert.Equal(2, report.Findings.Count(static finding => finding.Remedy == CleaningRemedy.Remove));
        Assert.False(report.IsClean);
    }

    private static Task<CleaningWorld> FilesAsync() => CleaningWorld.OfFaultAsync("f1-faults-vhd-file", "ok");

    private static Task<CleaningWorld> DirectoriesAsync() => CleaningWorld.OfFaultAsync("f2-faults-vhd-dir", "ok");

    private static string[] Records(CleaningWorld world) => Directory.GetFiles(world.FromRoot($".mirrorbackup/transfers/{world.Vm}"));

    // The record of a transfer to a name, in the folder of the disk; returns the directory that it is about.
    private static async Task<string> RecordAsync(CleaningWorld world, string name)
    {
        var folder = RemotePath.Parse($"xo-vm-backups/{world.Vm}/{Path.GetDirectoryName(world.Find(Last + ".alias.vhd"))}");
        var alias = folder / $"{name}.alias.vhd";
        var data = folder / $"data/{name}.vhd";
        var transfer = new StagedTransfer(alias.Value, "r", null, "s", "none", null, 8 << 20, "b");
        await StagingRecord.Of(transfer, data, new BlockSet(4)).WriteAsync(world.Remote, StagedTransfers.RecordPath(world.Vm, alias), Token);
        return data.Value[$"xo-vm-backups/{world.Vm}/".Length..];
    }

    private static void SetVersion(Span<byte> footer)
    {
        Assert.Equal("conectix", Encoding.ASCII.GetString(footer[..8]));
        footer[12] = 0;
        footer[13] = 2;
        footer.Slice(64, 4).Clear();
        var sum = 0u;
        foreach (var value in footer)
        {
            sum += value;
        }

        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(footer.Slice(64, 4), ~sum);
    }
}
