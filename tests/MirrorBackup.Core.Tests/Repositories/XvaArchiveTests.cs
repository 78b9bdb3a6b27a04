using System.Text;
using FsCheck;
using FsCheck.Fluent;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Tests.Repositories;

public sealed class XvaArchiveTests
{
    private static readonly RemotePath Path = RemotePath.Parse("xo-vm-backups/vm/a.xva");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1, "20260106T010000Z.xva", ErrorCodes.Truncated)]
    [InlineData(2, "20260107T010000Z.xva", ErrorCodes.ChecksumMismatch)]
    public async Task Source_DamagedArchive_IsNeverReadToItsEndAsGood(int step, string name, string code)
    {
        // XO copies both and calls it a success.
        using var folder = new TemporaryFolder();
        GoldenData.UnpackState("source-xva-damaged", step, folder.Path);
        await using var remote = LocalRemote.Open(folder["src"], new LocalRemoteOptions { IsReadOnly = true });
        var repository = await BackupRepository.OpenAsync(remote, cancellationToken: Token);
        var vm = Assert.Single(await repository.ListVmsAsync(Token));

        var error = await Record.ExceptionAsync(() => ReadAsync(remote, RepositoryPaths.VmFolder(vm) / name));

        Assert.Equal(code, Assert.IsType<MirrorBackupException>(error, exactMatch: false).Code);
    }

    [Fact]
    public async Task Verifier_WholeArchive_GivesTheChecksumThatXenOrchestraWrote()
    {
        using var folder = new TemporaryFolder();
        GoldenData.UnpackSet("b-src-full-xva", folder.Path);
        await using var remote = LocalRemote.Open(folder.Path, new LocalRemoteOptions { IsReadOnly = true });
        foreach (var file in Directory.GetFiles(folder.Path, "*.xva", SearchOption.AllDirectories))
        {
            var path = RemotePath.Parse(System.IO.Path.GetRelativePath(folder.Path, file));

            Assert.Equal(await File.ReadAllTextAsync(file + ".checksum", Token), (await ReadAsync(remote, path)).ToString());
        }
    }

    [Theory]
    [InlineData("app", ArchiveFormat.Tar)]
    [InlineData("appgz", ArchiveFormat.Gzip)]
    [InlineData("appzst", ArchiveFormat.Zstandard)]
    public async Task OpenAsync_GoldenArchives_TellsTheirFormat(string vmName, ArchiveFormat format)
    {
        using var folder = new TemporaryFolder();
        GoldenData.UnpackSet("b-src-full-xva", folder.Path);
        await using var remote = LocalRemote.Open(folder.Path, new LocalRemoteOptions { IsReadOnly = true });
        var repository = await BackupRepository.OpenAsync(remote, cancellationToken: Token);
        foreach (var vm in await repository.ListVmsAsync(Token))
        {
            var catalogue = await repository.LoadAsync(vm, Token);
            if (catalogue.VmName == vmName)
            {
                await using var archive = await XvaArchive.OpenAsync(remote, RepositoryPaths.VmFolder(vm) / catalogue.Points[0].Metadata.ArchivePath!, cancellationToken: Token);
                Assert.Equal(format, archive.Format);
                return;
            }
        }

        Assert.Fail($"There is no VM {vmName}.");
    }

    [Theory]
    [InlineData(0, null, "has 0 bytes")]
    [InlineData(19, null, "has 19 bytes")]
    [InlineData(1024, null, "does not end as a tar")]
    [InlineData(2047, null, "does not end as a tar")]
    [InlineData(2048, 2049L, "has 2048 bytes, its metadata says 2049")]
    [InlineData(2048, 2047L, "has 2048 bytes, its metadata says 2047")]
    public async Task OpenAsync_TruncatedArchive_Throws(int length, long? expected, string message)
    {
        await using var remote = new MemoryRemote();
        await remote.WriteAllAsync(Path, new byte[length], default, Token);

        var error = await Assert.ThrowsAsync<CorruptBackupException>(async () => await XvaArchive.OpenAsync(remote, Path, expected, Token));

        Assert.Contains("a.xva", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("$1$$c99a74c555371a433d121f551d6c6398", true)]
    [InlineData("$5$$e5a00aa9991ac8a5ee3109844d84a55583bd20572ad3ffcd42792f3c36b183ad", true)]
    [InlineData("$1$$900150983cd24fb0d6963f7d28e17f72", false)]
    [InlineData("$5$$ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", false)]
    public async Task Verifier_StoredChecksum_Decides(string checksum, bool isGood)
    {
        // MD5 and SHA-256 of 2048 zero bytes, by md5sum and sha256sum.
        await using var remote = new MemoryRemote();
        await remote.WriteAllAsync(Path, new byte[2048], default, Token);
        await remote.WriteAllAsync(RemotePath.Parse(Path + ".checksum"), Encoding.ASCII.GetBytes(checksum), default, Token);

        var error = await Record.ExceptionAsync(() => ReadAsync(remote, Path));

        Assert.Equal(isGood ? null : ErrorCodes.ChecksumMismatch, (error as IntegrityException)?.Code);
    }

    [Fact]
    public async Task OpenAsync_EmptyChecksumFile_SaysNoMoreThanNone()
    {
        await using var remote = new MemoryRemote();
        await remote.WriteAllAsync(Path, new byte[2048], default, Token);
        await remote.WriteAllAsync(RemotePath.Parse(Path + ".checksum"), default, default, Token);

        await using var archive = await XvaArchive.OpenAsync(remote, Path, cancellationToken: Token);

        Assert.Null(archive.Checksum);
    }

    [Fact]
    public void Verifier_AnyPieces_SeeTheSameEnd() => Check.QuickThrowOnFailure(Prop.ForAll(
        ArbMap.Default.ArbFor<PositiveInt[]>(),
        static cuts =>
        {
            var content = new byte[4096];
            content.AsSpan(0, 3072).Fill(1);
            return IsGood(content, cuts) && !IsGood([.. content[..3071], 1, 1, .. content[3073..]], cuts);
        }));

    [Theory]
    [InlineData(false, null)]
    [InlineData(true, "$1$$73b0f62f8bf17a4985f6df2d2707b206")] // by md5sum
    public void Complete_ChecksumAskedForOrNot_ChecksTheEndInAnyCase(bool makesChecksum, string? expected)
    {
        var content = new byte[4096];
        content.AsSpan(0, 3072).Fill(1);
        using var verifier = new ArchiveVerifier("a.xva", content.Length, ArchiveFormat.Tar, null, makesChecksum);
        verifier.Append(content);
        using var cut = new ArchiveVerifier("a.xva", content.Length, ArchiveFormat.Tar, null, makesChecksum);
        cut.Append(content.AsSpan(1024));
        cut.Append(content.AsSpan(0, 1024));

        Assert.Equal(expected, verifier.CompleteCore()?.ToString());
        Assert.Equal(ErrorCodes.Truncated, Assert.Throws<CorruptBackupException>(() => cut.CompleteCore()).Code);
    }

    private static bool IsGood(byte[] content, PositiveInt[] cuts)
    {
        using var verifier = new ArchiveVerifier("a.xva", content.Length, ArchiveFormat.Tar, null, makesChecksum: true);
        var rest = content.AsSpan();
        foreach (var cut in cuts)
        {
            var piece = Math.Min(rest.Length, cut.Get * 37);
            verifier.Append(rest[..piece]);
            rest = rest[piece..];
        }

        verifier.Append(rest);
        try
        {
            verifier.Complete();
            return true;
        }
        catch (CorruptBackupException)
        {
            return false;
        }
    }

    private static async Task<ArchiveChecksum> ReadAsync(IRemote remote, RemotePath path)
    {
        await using var archive = await XvaArchive.OpenAsync(remote, path, cancellationToken: Token);
        using var verifier = archive.CreateVerifier();
        await archive.ReadAllAsync(verifier.Append, Token);
        return verifier.Complete();
    }
}
