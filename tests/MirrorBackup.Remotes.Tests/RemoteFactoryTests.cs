using MirrorBackup.Golden;

namespace MirrorBackup.Remotes.Tests;

public sealed class RemoteFactoryTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RemoteFactory _factory = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task OpenAsync_FileUrl_OpensDirectory()
    {
        await using var remote = await _factory.OpenAsync($"file://{_folder.Path}?useVhdDirectory=true&allowUnauthorized=", Cancellation);

        await remote.WriteAllAsync(RemotePath.Parse("file"), new byte[4], cancellationToken: Cancellation);

        Assert.Equal(4, new FileInfo(_folder["file"]).Length);
        Assert.Equal(_folder.Path, remote.Name);
    }

    [Fact]
    public async Task OpenAsync_LocalOptions_AreKept()
    {
        await using var remote = await _factory.OpenAsync($"file://{_folder["new"]}?create=true&name=%22cold%20store%22", Cancellation);
        await using var readOnly = await _factory.OpenAsync($"file://{_folder["new"]}?readOnly=true", Cancellation);

        Assert.Equal(("cold store", false, true), (remote.Name, remote.Capabilities.IsReadOnly, readOnly.Capabilities.IsReadOnly));
        Assert.Equal(remote.Identity, readOnly.Identity);
    }

    [Fact]
    public async Task OpenAsync_MissingRoot_IsNotFoundAndNotMade()
    {
        var exception = await Assert.ThrowsAsync<RemoteNotFoundException>(() => _factory.OpenAsync($"file://{_folder["none"]}", Cancellation).AsTask());

        Assert.Contains(_folder["none"], exception.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(_folder["none"]));
    }

    [Fact]
    public async Task OpenAsync_RootIsFile_IsConflict()
    {
        await File.WriteAllTextAsync(_folder["file"], "x", Cancellation);

        var exception = await Assert.ThrowsAsync<RemoteConflictException>(() => _factory.OpenAsync($"file://{_folder["file"]}", Cancellation).AsTask());

        Assert.Equal(ErrorCodes.RemoteWrongKind, exception.Code);
    }

    [Fact]
    public async Task OpenAsync_MisspeltOption_IsInvalidUrl()
    {
        var exception = await Assert.ThrowsAsync<MirrorBackupException>(
            () => _factory.OpenAsync($"file://{_folder.Path}?encryptonKey=%22k%22", Cancellation).AsTask());

        Assert.Equal(ErrorCodes.InvalidUrl, exception.Code);
        Assert.Contains("encryptonKey", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nfs://host:/export/path", "mount the export")]
    [InlineData("smb://user:password@domain\\\\host\\share", "mount the share")]
    [InlineData("s3://key:secret@host/bucket/dir#region", "RemoteFactory.Register")]
    [InlineData("azure://account:key@host/container", "RemoteFactory.Register")]
    [InlineData("gopher://host/", "RemoteFactory.Register")]
    public async Task OpenAsync_UnknownScheme_SaysWhatToDo(string url, string advice)
    {
        var exception = await Assert.ThrowsAsync<UnsupportedBackupException>(() => _factory.OpenAsync(url, Cancellation).AsTask());

        Assert.Equal(ErrorCodes.RemoteUnsupported, exception.Code);
        Assert.Contains(advice, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Register_OwnScheme_IsOpened()
    {
        _factory.Register("mem", static (location, _) => ValueTask.FromResult<IRemote>(new MemoryRemote(location.Host)));

        await using var remote = await _factory.OpenAsync("MEM://attic/", Cancellation);

        Assert.Equal("attic", remote.Name);
    }

    public void Dispose() => _folder.Dispose();
}
