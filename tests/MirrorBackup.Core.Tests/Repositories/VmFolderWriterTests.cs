using System.Text;
using MirrorBackup.Backups;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Tests.Repositories;

/// <summary>Changes of a VM's folder, over the healthy chain <c>Abcd</c> (f1) and the archives <c>ABC</c> (f4).</summary>
public sealed class VmFolderWriterTests : IAsyncDisposable
{
    private const string Last = "20260108T010000Z";

    private readonly TemporaryFolder _folder = new();
    private readonly FakeLock _lock = new();
    private readonly string _vm;
    private readonly WatchedRemote _remote;

    public VmFolderWriterTests()
    {
        _vm = "62b3453c-2f2f-4d11-9850-54bf21d4a171";
        GoldenData.UnpackSet("f1-faults-vhd-file", _folder.Path, _vm);
        _remote = new WatchedRemote(LocalRemote.Open(_folder.Path));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PublishAsync_WholePoint_FlushesDisksThenWritesTheMetadataThenDropsTheCache()
    {
        var writer = await OpenAsync();
        var content = await TakeMetadataAsync(Last);

        await writer.PublishAsync(Last, BackupMetadata.Parse(content, Last), cancellationToken: Token);

        Assert.Equal([$"Flush {_vm}", $"WriteAll {Last}.json", "Delete cache.json.gz"], _remote.Changes);
        Assert.Equal(content, await File.ReadAllBytesAsync(Local($"{Last}.json"), Token));
        Assert.Equal(2, _lock.Checks);
    }

    [Fact]
    public async Task PublishAsync_MetadataIsThere_ThrowsUnlessReplaced()
    {
        var writer = await OpenAsync();
        var metadata = BackupMetadata.Parse(await File.ReadAllBytesAsync(Local($"{Last}.json"), Token), Last);

        await Assert.ThrowsAsync<RemoteConflictException>(() => writer.PublishAsync(Last, metadata, cancellationToken: Token));
        await writer.PublishAsync(Last, metadata, replace: true, Token);

        Assert.True(File.Exists(Local($"{Last}.json")));
    }

    [Theory]
    [InlineData(Last)]
    [InlineData("20260107T010000Z")]
    public async Task PublishAsync_DiskOrParentMissing_ListsNothing(string missing)
    {
        var writer = await OpenAsync();
        var metadata = BackupMetadata.Parse(await TakeMetadataAsync(Last), Last);
        File.Delete(Local(metadata.Disks[0].Path.Replace(Last, missing, StringComparison.Ordinal)));

        var error = await Assert.ThrowsAsync<CorruptBackupException>(() => writer.PublishAsync(Last, metadata, cancellationToken: Token));

        Assert.Equal(ErrorCodes.BrokenChainLink, error.Code);
        Assert.Contains($"{missing}.vhd is not there", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Local($"{Last}.json")));
    }

    [Fact]
    public async Task PublishAsync_ParentIsAnotherRevision_ListsNothing()
    {
        var writer = await OpenAsync();
        var metadata = BackupMetadata.Parse(await TakeMetadataAsync(Last), Last);
        var folder = Path.GetDirectoryName(Local(metadata.Disks[0].Path))!;
        File.Copy(Path.Combine(folder, "20260105T010000Z.vhd"), Path.Combine(folder, "20260107T010000Z.vhd"), overwrite: true);

        var error = await Assert.ThrowsAsync<CorruptBackupException>(() => writer.PublishAsync(Last, metadata, cancellationToken: Token));

        Assert.Equal(ErrorCodes.BrokenChainLink, error.Code);
        Assert.False(File.Exists(Local($"{Last}.json")));
    }

    [Fact]
    public async Task EveryChange_LockLost_ChangesNothing()
    {
        var writer = await OpenAsync();
        var metadata = BackupMetadata.Parse(await File.ReadAllBytesAsync(Local($"{Last}.json"), Token), Last);
        var disk = metadata.Disks[0].Path;
        _lock.IsLost = true;

        await Assert.ThrowsAsync<BackupLockedException>(() => writer.PublishAsync(Last, metadata, replace: true, Token));
        await Assert.ThrowsAsync<BackupLockedException>(() => writer.UnlistAsync(Last, Token));
        await Assert.ThrowsAsync<BackupLockedException>(() => writer.DropAsync(disk, Token));
        await Assert.ThrowsAsync<BackupLockedException>(() => writer.RewriteMergedAsync(Last, Token));
        await Assert.ThrowsAsync<BackupLockedException>(() => writer.RewriteCacheAsync(Token));
        await Assert.ThrowsAsync<BackupLockedException>(() => writer.RemoveLeftoverAsync(RepositoryPaths.MergeState(disk), Token));

        Assert.Empty(_remote.Changes);
    }

    [Fact]
    public async Task UnlistAsync_Point_DropsTheCacheBeforeTheMetadataAndKeepsTheDisk()
    {
        var writer = await OpenAsync();
        var disk = BackupMetadata.Parse(await File.ReadAllBytesAsync(Local($"{Last}.json"), Token), Last).Disks[0].Path;

        await writer.UnlistAsync(Last, Token);
        await writer.UnlistAsync(Last, Token);

        Assert.Equal(["Delete cache.json.gz", $"Delete {Last}.json"], _remote.Changes.Take(2));
        Assert.False(File.Exists(Local($"{Last}.json")));
        Assert.True(File.Exists(Local(disk)));
    }

    [Fact]
    public async Task DropAsync_Archive_RemovesTheChecksumFirst()
    {
        var writer = await OpenAsync();

        await writer.DropAsync("20260105T010000Z.xva", Token);

        Assert.Equal(["Delete 20260105T010000Z.xva.checksum", "Delete 20260105T010000Z.xva"], _remote.Changes);
    }

    [Theory]
    [InlineData("20260105T010000Z.json")]
    [InlineData("cache.json.gz")]
    [InlineData("vdis/job/disk")]
    [InlineData("a/b.xva")]
    public async Task DropAsync_NoRevision_IsRefused(string path)
    {
        var writer = await OpenAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => writer.DropAsync(path, Token));

        Assert.Empty(_remote.Changes);
    }

    [Fact]
    public async Task DropAsync_PathThatLeavesTheFolder_IsRefused()
    {
        var writer = await OpenAsync();

        Assert.Equal(ErrorCodes.InvalidPath, (await Assert.ThrowsAsync<CorruptBackupException>(() => writer.DropAsync("vdis/../../x/a.vhd", Token))).Code);
    }

    [Theory]
    [InlineData("notes.txt")]
    [InlineData("20260105T010000Z.json")]
    public async Task RemoveLeftoverAsync_AnythingElse_IsRefused(string path)
    {
        var writer = await OpenAsync();

        await Assert.ThrowsAsync<ArgumentException>(() => writer.RemoveLeftoverAsync(path, Token));
    }

    [Fact]
    public async Task RewriteMergedAsync_WrongFlagsAndSize_AreCorrectedFromTheDisks()
    {
        var writer = await OpenAsync();
        var path = Local($"{Last}.json");
        var truth = await File.ReadAllTextAsync(path, Token);
        var wrong = BackupMetadata.Parse(Encoding.UTF8.GetBytes(truth), Last).WithMergedDisks(1, static _ => false);
        await File.WriteAllBytesAsync(path, wrong.ToUtf8(), Token);

        await writer.RewriteMergedAsync(Last, Token);

        Assert.NotEqual(truth, Encoding.UTF8.GetString(wrong.ToUtf8()));
        Assert.Equal(truth, await File.ReadAllTextAsync(path, Token));
    }

    [Fact]
    public async Task RewriteMergedAsync_EveryPointOfXenOrchestra_KeepsTheBytes()
    {
        // Its sizes and flags are right here, products of merges (VM "rolled") included, so recomputing them from the disks changes nothing.
        using var folder = new TemporaryFolder();
        GoldenData.UnpackSet("a-src-delta-vhd", folder.Path);
        await using var remote = LocalRemote.Open(folder.Path);
        var repository = await BackupRepository.OpenAsync(remote, cancellationToken: Token);
        foreach (var file in Directory.GetFiles(folder.Path, "2*.json", SearchOption.AllDirectories))
        {
            var before = await File.ReadAllTextAsync(file, Token);

            await repository.Write(Path.GetFileName(Path.GetDirectoryName(file)!), _lock).RewriteMergedAsync(Path.GetFileNameWithoutExtension(file), Token);

            Assert.Equal(before, await File.ReadAllTextAsync(file, Token));
        }
    }

    [Fact]
    public async Task RewriteCacheAsync_AfterChanges_DescribesWhatIsThere()
    {
        var writer = await OpenAsync();
        await writer.UnlistAsync(Last, Token);

        await writer.RewriteCacheAsync(Token);

        var names = await MetadataCache.TryReadNamesAsync(_remote, writer.Folder, Token);
        Assert.Equal(["20260105T010000Z.json", "20260106T010000Z.json", "20260107T010000Z.json"], names!.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task RewriteCacheAsync_NothingListed_RemovesTheCache()
    {
        var writer = await OpenAsync();
        foreach (var file in Directory.GetFiles(Local("."), "2*.json"))
        {
            File.Delete(file);
        }

        await writer.RewriteCacheAsync(Token);

        Assert.False(File.Exists(Local("cache.json.gz")));
    }

    [Fact]
    public async Task WriteChecksumAsync_OldChecksumIsThere_ReplacesIt()
    {
        // XO fails here with EEXIST, after it has replaced the archive.
        var writer = await OpenAsync();
        await File.WriteAllTextAsync(Local("a.xva.checksum"), "old", Token);

        await writer.WriteChecksumAsync("a.xva", ArchiveChecksum.Parse("$1$$900150983cd24fb0d6963f7d28e17f72", "x"), Token);

        Assert.Equal("$1$$900150983cd24fb0d6963f7d28e17f72", await File.ReadAllTextAsync(Local("a.xva.checksum"), Token));
    }

    public async ValueTask DisposeAsync()
    {
        await _remote.DisposeAsync();
        await _remote.Inner.DisposeAsync();
        _folder.Dispose();
    }

    private async Task<VmFolderWriter> OpenAsync() =>
        (await BackupRepository.OpenAsync(_remote, cancellationToken: Token)).Write(_vm, _lock);

    private async Task<byte[]> TakeMetadataAsync(string name)
    {
        var content = await File.ReadAllBytesAsync(Local($"{name}.json"), Token);
        File.Delete(Local($"{name}.json"));
        return content;
    }

    private string Local(string relative) => _folder[$"xo-vm-backups/{_vm}/{relative}"];
}
