using System.Text;
using Microsoft.Extensions.Time.Testing;
using MirrorBackup.Backups;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Tests.Repositories;

public sealed class BackupRepositoryTests
{
    private const string Vm = "62b3453c-2f2f-4d11-9850-54bf21d4a171";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ListVmsAsync_LocksQueueAndFiles_AreLeftOut()
    {
        await using var remote = new MemoryRemote();
        foreach (var path in (string[])["b/x", "a/x", "a.lock/x", ".queue/clean-vm/x", "file"])
        {
            await remote.WriteAllAsync(RepositoryPaths.VmsFolder / path, new byte[1], default, Token);
        }

        Assert.Equal(["a", "b"], await (await BackupRepository.OpenAsync(remote, cancellationToken: Token)).ListVmsAsync(Token));
    }

    [Fact]
    public async Task LoadAsync_NothingThere_IsAnEmptyCatalogue()
    {
        await using var remote = new MemoryRemote();
        var repository = await BackupRepository.OpenAsync(remote, cancellationToken: Token);

        Assert.Empty(await repository.ListVmsAsync(Token));
        var catalogue = await repository.LoadAsync(Vm, Token);
        Assert.Empty(catalogue.Points);
        Assert.Empty(catalogue.Problems);
    }

    [Fact]
    public async Task OpenAsync_EncryptedRepository_IsRefused()
    {
        await using var remote = new MemoryRemote("cold");
        await remote.WriteAllAsync(RemotePath.Parse("encryption.json"), """{"algorithm":"aes-256-gcm"}"""u8.ToArray(), default, Token);

        var error = await Assert.ThrowsAsync<EncryptionKeyException>(async () => await BackupRepository.OpenAsync(remote, cancellationToken: Token));

        Assert.Equal("The remote cold cannot be opened: it is encrypted with aes-256-gcm, and no key was given.", error.Message);
    }

    [Theory]
    [InlineData("/vdis/19c3e0d6-bc9d-41b4-97fc-0de76240c615/25e48fa3-9519-4009-aa53-ff1d469fc5b3")]
    [InlineData("/vdis")]
    [InlineData("")]
    [InlineData("/20260107T010000Z.json")]
    [InlineData("/vdis/19c3e0d6-bc9d-41b4-97fc-0de76240c615/25e48fa3-9519-4009-aa53-ff1d469fc5b3/20260106T010000Z.vhd")]
    public async Task LoadAsync_InputOutputError_FailsInsteadOfSeeingLess(string broken)
    {
        // XO takes such an error for an absent file, and its cleaner then deletes the chain.
        using var folder = new TemporaryFolder();
        GoldenData.UnpackSet("f1-faults-vhd-file", folder.Path, Vm);
        await using var local = LocalRemote.Open(folder.Path);
        var remote = new WatchedRemote(local) { FailsAt = path => path.Value == $"xo-vm-backups/{Vm}{broken}" };
        var repository = await BackupRepository.OpenAsync(remote, cancellationToken: Token);

        await Assert.ThrowsAsync<RemoteUnavailableException>(() => repository.LoadAsync(Vm, Token));
        Assert.Empty(remote.Changes);
    }

    [Fact]
    public async Task LoadAsync_Cache_StandsInOnlyForFilesThatItProvablyDescribes()
    {
        using var folder = new TemporaryFolder();
        GoldenData.UnpackSet("f1-faults-vhd-file", folder.Path, Vm);
        var vmFolder = folder[$"xo-vm-backups/{Vm}"];
        var json = Path.Combine(vmFolder, "20260107T010000Z.json");
        await using var local = LocalRemote.Open(folder.Path);
        var remote = new WatchedRemote(local) { FailsAt = static path => path.Name == "20260107T010000Z.json" };
        var repository = await BackupRepository.OpenAsync(remote, cancellationToken: Token);
        var written = DateTime.UnixEpoch.AddDays(20000);
        foreach (var file in Directory.GetFiles(vmFolder, "2*.json"))
        {
            File.SetLastWriteTimeUtc(file, written);
        }

        // Newer than every file, with the same names and lengths: no file is read.
        File.SetLastWriteTimeUtc(Path.Combine(vmFolder, "cache.json.gz"), written.AddSeconds(1));
        Assert.Equal(4, (await repository.LoadAsync(Vm, Token)).Points.Length);

        // As old as a file: it may be older.
        File.SetLastWriteTimeUtc(Path.Combine(vmFolder, "cache.json.gz"), written);
        await Assert.ThrowsAsync<RemoteUnavailableException>(() => repository.LoadAsync(Vm, Token));

        // Another length than the file: it is of another file.
        await File.AppendAllTextAsync(json, " ", Token);
        File.SetLastWriteTimeUtc(json, written);
        File.SetLastWriteTimeUtc(Path.Combine(vmFolder, "cache.json.gz"), written.AddSeconds(1));
        await Assert.ThrowsAsync<RemoteUnavailableException>(() => repository.LoadAsync(Vm, Token));

        // Another set of names.
        File.Delete(json);
        File.Delete(Path.Combine(vmFolder, "20260108T010000Z.json"));
        Assert.Equal(2, (await repository.LoadAsync(Vm, Token)).Points.Length);
    }

    [Fact]
    public async Task LoadAsync_MetadataThatLeavesTheFolder_IsAProblemAndOpensNothing()
    {
        await using var remote = new MemoryRemote();
        await WriteAsync(remote, "20260105T010000Z.json", """{"mode":"delta","timestamp":1,"vhds":{"r":"vdis/../../other/a.vhd"}}""");

        var problem = Assert.Single((await (await BackupRepository.OpenAsync(remote, cancellationToken: Token)).LoadAsync("vm", Token)).Problems);

        Assert.Equal((ChainProblemKind.UnreadableMetadata, true), (problem.Kind, problem.PreventsRetiring));
    }

    [Fact]
    public async Task LoadAsync_DamagedVhdDirectory_IsKnownByItsMetadataAndUnreadable()
    {
        await using var remote = new MemoryRemote();
        await WriteAsync(remote, "20260105T010000Z.json",
            """{"mode":"delta","timestamp":1,"vhds":{"r":"vdis/j/d/a.alias.vhd"},"vdis":{"r":{"uuid":"ABC"}}}""");
        await WriteAsync(remote, "vdis/j/d/a.alias.vhd", "data/a.vhd");
        await WriteAsync(remote, "vdis/j/d/data/a.vhd/bat", "x");

        var catalogue = await (await BackupRepository.OpenAsync(remote, cancellationToken: Token)).LoadAsync("vm", Token);

        var revision = Assert.Single(catalogue.Chain(BackupMode.Incremental).Revisions);
        Assert.Equal((StorageKind.VhdDirectory, "abc", "d", false), (revision.Form.Kind, revision.Id, revision.Disk, revision.IsReadable));
        Assert.Contains("data/a.vhd/footer is not there", revision.Defect, StringComparison.Ordinal);
        Assert.Empty(catalogue.StrayFiles);
    }

    [Fact]
    public async Task LoadAsync_EmptyAlias_IsUnreadableAndNothingElseIsTouched()
    {
        // XO resolves it to the folder of the disk, and removes that with all backups.
        await using var remote = new MemoryRemote();
        await WriteAsync(remote, "20260105T010000Z.json", """{"mode":"delta","timestamp":1,"vhds":{"r":"vdis/j/d/a.alias.vhd"}}""");
        await WriteAsync(remote, "vdis/j/d/a.alias.vhd", "");

        var chain = (await (await BackupRepository.OpenAsync(remote, cancellationToken: Token)).LoadAsync("vm", Token)).Chain(BackupMode.Incremental);

        Assert.False(Assert.Single(chain.Revisions).IsReadable);
    }

    [Theory]
    [InlineData("""{"since":1,"immutable":true,"duration":86400000}""", false, true)]
    [InlineData("""{"since":1,"immutable":false,"duration":86400000}""", false, false)]
    [InlineData("not json", true, true)]
    [InlineData("""{"immutable":true,"duration":9223372036854775807}""", true, true)]
    [InlineData("""{"immutable":true,"duration":-9223372036854775808}""", true, true)] // means nothing, so it protects everything
    public async Task LoadAsync_ImmutabilityMarker_ProtectsPointsForItsDuration(string marker, bool oldIsProtected, bool newIsProtected)
    {
        await using var remote = new MemoryRemote();
        await remote.WriteAllAsync(RemotePath.Parse("immutability.json"), Encoding.UTF8.GetBytes(marker), default, Token);
        await WriteAsync(remote, "20260105T010000Z.json", """{"mode":"delta","timestamp":1767574800000,"vhds":{}}""");
        await WriteAsync(remote, "20260107T010000Z.json", """{"mode":"delta","timestamp":1767747600000,"vhds":{}}""");
        var clock = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1767747600000).AddHours(23));

        var repository = await BackupRepository.OpenAsync(remote, new BackupRepositoryOptions { TimeProvider = clock }, Token);

        Assert.Equal(
            [oldIsProtected, newIsProtected],
            (await repository.LoadAsync("vm", Token)).Chain(BackupMode.Incremental).Points.Select(static point => point.IsProtected));
    }

    [Fact]
    public async Task LockAsync_HeldLock_IsXenOrchestrasDirectoryAndGoesWhenReleased()
    {
        using var folder = new TemporaryFolder();
        await using var remote = LocalRemote.Open(folder.Path);
        var repository = await BackupRepository.OpenAsync(remote, cancellationToken: Token);

        await using (await repository.LockAsync(Vm, cancellationToken: Token))
        {
            Assert.True(Directory.Exists(folder[$"xo-vm-backups/{Vm}.lock"]));
            await Assert.ThrowsAsync<BackupLockedException>(async () => await repository.LockAsync(Vm, cancellationToken: Token));
        }

        Assert.False(Directory.Exists(folder[$"xo-vm-backups/{Vm}.lock"]));
    }

    private static ValueTask WriteAsync(MemoryRemote remote, string path, string content) =>
        remote.WriteAllAsync(RepositoryPaths.VmFolder("vm") / path, Encoding.UTF8.GetBytes(content), default, Token);
}
