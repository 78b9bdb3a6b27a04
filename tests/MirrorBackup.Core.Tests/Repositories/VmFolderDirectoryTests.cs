using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Tests.Merging;
using MirrorBackup.Tests.Vhd;

namespace MirrorBackup.Tests.Repositories;

/// <summary>Changes of a VM's folder whose disks are VHD directories: what goes, and what never does.</summary>
public sealed class VmFolderDirectoryTests : IAsyncDisposable
{
    private const string Vm = "62b3453c-2f2f-4d11-9850-54bf21d4a171";

    private static readonly RemotePath s_disk = RemotePath.Parse($"xo-vm-backups/{Vm}/vdis/j/d");

    private readonly FakeLock _lock = new();
    private readonly WatchedRemote _remote = new(new MemoryRemote());

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    [Fact]
    public async Task DropAsync_Alias_GoesBeforeItsDirectoryAndNothingElseGoes()
    {
        var writer = await CreateAsync();

        await writer.DropAsync("vdis/j/d/a.alias.vhd", Token);
        await writer.DropAsync("vdis/j/d/a.alias.vhd", Token);

        // The record names the directory as long as nothing else does.
        var record = _remote.Changes.First()["WriteAll ".Length..];
        Assert.Equal([$"WriteAll {record}", "Delete a.alias.vhd", "DeleteTree old.vhd", $"Delete {record}"], _remote.Changes.Take(4));
        Assert.Equal(["b.alias.vhd"], await AliasesAsync());
        Assert.Equal(["b.vhd"], await DataAsync());
    }

    [Fact]
    public async Task DropAsync_AnotherAliasLeadsThere_KeepsTheDirectory()
    {
        var writer = await CreateAsync();
        await WriteAsync("c.alias.vhd", "data/old.vhd");

        await writer.DropAsync("vdis/j/d/a.alias.vhd", Token);

        Assert.Equal(["b.alias.vhd", "c.alias.vhd"], await AliasesAsync());
        Assert.Equal(["b.vhd", "old.vhd"], await DataAsync());
    }

    // Where it leads cannot be told, so that it may be anything that is there.
    [Fact]
    public async Task DropAsync_AnotherAliasLeadsNowhere_KeepsTheDirectory()
    {
        var writer = await CreateAsync();
        await WriteAsync("c.alias.vhd", "./data/../data/old.vhd");

        await writer.DropAsync("vdis/j/d/a.alias.vhd", Token);

        Assert.Equal(["b.alias.vhd", "c.alias.vhd"], await AliasesAsync());
        Assert.Equal(["b.vhd", "old.vhd"], await DataAsync());
    }

    // Xen Orchestra resolves an empty alias to the folder of the disk, and removes all of it.
    [Theory]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("data")]
    [InlineData("data/")]
    [InlineData("data/..")]
    [InlineData("/")]
    [InlineData("../d")]
    [InlineData("../../j/d/data/b.vhd")]
    [InlineData("b.alias.vhd")]
    [InlineData("data/gone.vhd")]
    public async Task DropAsync_AliasThatLeadsNowhere_GoesAlone(string content)
    {
        var writer = await CreateAsync();
        await WriteAsync("a.alias.vhd", content);

        await writer.DropAsync("vdis/j/d/a.alias.vhd", Token);

        Assert.Equal(["b.alias.vhd"], await AliasesAsync());
        Assert.Equal(["b.vhd", "old.vhd"], await DataAsync());
    }

    [Fact]
    public async Task DropAsync_DirectoryWithTheNameOfAnAlias_GoesAlone()
    {
        var writer = await CreateAsync();
        await WriteAsync("x.alias.vhd/header", "?");

        await writer.DropAsync("vdis/j/d/x.alias.vhd", Token);

        Assert.Equal(["a.alias.vhd", "b.alias.vhd"], await AliasesAsync());
        Assert.Equal(["b.vhd", "old.vhd"], await DataAsync());
    }

    [Theory]
    [InlineData("vdis/j/d/a.alias.vhd")]
    [InlineData("vdis/j/d/b.alias.vhd")]
    public async Task DropAsync_UnfinishedMergeNamesIt_TouchesNothing(string path)
    {
        var writer = await CreateAsync();
        await WriteAsync(".a.alias.vhd.merge.json", """{"chain":["a.alias.vhd","b.alias.vhd"],"step":"mergeBlocks","currentBlock":0}""");
        _remote.Changes.Clear();

        var error = await Assert.ThrowsAsync<CorruptBackupException>(() => writer.DropAsync(path, Token));

        Assert.Equal(ErrorCodes.CorruptMergeState, error.Code);
        Assert.Empty(_remote.Changes);
    }

    [Fact]
    public async Task DropAsync_LockLost_TouchesNothing()
    {
        var writer = await CreateAsync();
        _remote.Changes.Clear();
        _lock.IsLost = true;

        await Assert.ThrowsAsync<BackupLockedException>(() => writer.DropAsync("vdis/j/d/a.alias.vhd", Token));
        await Assert.ThrowsAsync<BackupLockedException>(() => writer.RemoveLeftoverAsync("vdis/j/d/data/old.vhd", Token));

        Assert.Empty(_remote.Changes);
    }

    [Fact]
    public async Task RemoveLeftoverAsync_DirectoryThatBelongsToNobody_Goes()
    {
        var writer = await CreateAsync();
        await _remote.DeleteAsync(s_disk / "a.alias.vhd", Token);

        await writer.RemoveLeftoverAsync("vdis/j/d/data/old.vhd", Token);

        Assert.Equal(["b.vhd"], await DataAsync());
    }

    [Theory]
    [InlineData("c.alias.vhd", "data/old.vhd")]
    [InlineData("c.alias.vhd", "")]
    [InlineData(".old.alias.vhd.merge.json", """{"chain":["old.alias.vhd","b.alias.vhd"],"step":"mergeBlocks"}""")]
    [InlineData(".a.alias.vhd.merge.json", "{")]
    public async Task RemoveLeftoverAsync_SomebodyMayClaimIt_KeepsIt(string name, string content)
    {
        var writer = await CreateAsync();
        await _remote.DeleteAsync(s_disk / "a.alias.vhd", Token);
        await WriteAsync(name, content);

        await Assert.ThrowsAsync<PlanStaleException>(() => writer.RemoveLeftoverAsync("vdis/j/d/data/old.vhd", Token));

        Assert.Equal(["b.vhd", "old.vhd"], await DataAsync());
    }

    // Xen Orchestra has already written there what it must be.
    [Fact]
    public async Task RewriteMergedAsync_GoldenDirectories_GivesTheSizesAndFlagsThatAreThere()
    {
        using var folder = new TemporaryFolder();
        GoldenData.UnpackSet("c1-mirror-vhddir-brotli", folder.Path);
        await using var remote = LocalRemote.Open(folder.Path);
        var repository = await BackupRepository.OpenAsync(remote, cancellationToken: Token);
        var count = 0;
        foreach (var json in Directory.EnumerateFiles(folder["xo-vm-backups"], "2*.json", SearchOption.AllDirectories).ToArray())
        {
            var before = BackupMetadata.Parse(await File.ReadAllBytesAsync(json, Token), json);

            var after = await repository.Write(Path.GetFileName(Path.GetDirectoryName(json)!), null).RewriteMergedAsync(Path.GetFileNameWithoutExtension(json), Token);

            Assert.Equal(before.Size, after.Size);
            Assert.Equal(before.Disks.Select(static disk => (disk.Path, disk.IsDifferencing)), after.Disks.Select(static disk => (disk.Path, disk.IsDifferencing)));
            count++;
        }

        Assert.Equal(14, count);
    }

    [Theory]
    [InlineData("20260106T010000Z.alias.vhd")]
    [InlineData("20260105T010000Z.alias.vhd")]
    [InlineData("data/20260106T010000Z.vhd/header")]
    public async Task PublishAsync_DirectoryOrParentIsNotThere_ListsNothing(string missing)
    {
        using var folder = new TemporaryFolder();
        GoldenData.UnpackSet("c1-mirror-vhddir-brotli", folder.Path, "4ff8e6e5-b233-491e-bab2-3883e3e77fb4");
        await using var remote = LocalRemote.Open(folder.Path);
        var repository = await BackupRepository.OpenAsync(remote, cancellationToken: Token);
        var json = Directory.EnumerateFiles(folder.Path, "20260106T010000Z.json", SearchOption.AllDirectories).Single();
        var metadata = BackupMetadata.Parse(await File.ReadAllBytesAsync(json, Token), json);
        File.Delete(json);
        var writer = repository.Write("4ff8e6e5-b233-491e-bab2-3883e3e77fb4", null);
        await writer.PublishAsync("20260106T010000Z", metadata, cancellationToken: Token);
        File.Delete(json);
        var disk = Path.GetDirectoryName(Path.Combine(Path.GetDirectoryName(json)!, metadata.Disks[0].Path))!;
        File.Delete(Path.Combine(disk, missing));

        await Assert.ThrowsAsync<CorruptBackupException>(() => writer.PublishAsync("20260106T010000Z", metadata, cancellationToken: Token));

        Assert.False(File.Exists(json));
    }

    private async Task<VmFolderWriter> CreateAsync()
    {
        await new VhdBytes().Block(0, 1).WriteDirectoryAsync(_remote, $"{s_disk}/a.alias.vhd", "brotli", "old.vhd");
        await new VhdBytes().Block(0, 2).WriteDirectoryAsync(_remote, $"{s_disk}/b.alias.vhd", "brotli");
        _remote.Changes.Clear();
        return (await BackupRepository.OpenAsync(_remote, cancellationToken: Token)).Write(Vm, _lock);
    }

    private async Task WriteAsync(string name, string content) =>
        await _remote.WriteAllAsync(s_disk / name, System.Text.Encoding.UTF8.GetBytes(content), default, Token);

    private async Task<string[]> AliasesAsync() =>
        [.. (await MergeFixture.TreeAsync(_remote, s_disk)).Where(static path => !path.Contains('/', StringComparison.Ordinal))];

    private async Task<string[]> DataAsync() =>
        [.. (await MergeFixture.TreeAsync(_remote, s_disk / "data")).Select(static path => path[..path.IndexOf('/', StringComparison.Ordinal)]).Distinct()];
}
