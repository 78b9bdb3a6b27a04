using MirrorBackup.Golden;
using MirrorBackup.Remotes.Local;

namespace MirrorBackup.Remotes.Tests.Local;

/// <summary>No path leaves the root, whatever links lie below it. For both sets of file operations.</summary>
public sealed class SymbolicLinkTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public SymbolicLinkTests()
    {
        Directory.CreateDirectory(_folder["root/inside"]);
        Directory.CreateDirectory(_folder["outside"]);
        File.WriteAllText(_folder["outside/secret"], "secret");
        File.WriteAllText(_folder["root/inside/file"], "file");
        Directory.CreateSymbolicLink(_folder["root/out"], _folder["outside"]);
        Directory.CreateSymbolicLink(_folder["root/up"], "..");
        Directory.CreateSymbolicLink(_folder["root/in"], "inside");
        File.CreateSymbolicLink(_folder["root/secret"], _folder["outside/secret"]);
        File.CreateSymbolicLink(_folder["root/dangling"], "nowhere");
    }

    public static TheoryData<bool> Systems => [false, true];

    public static TheoryData<bool, string> Ways
    {
        get
        {
            var data = new TheoryData<bool, string>();
            foreach (var portable in (bool[])[false, true])
            {
                foreach (var way in (string[])["out/secret", "up/outside/secret", "in/file", "secret", "out", "in/new/file"])
                {
                    data.Add(portable, way);
                }
            }

            return data;
        }
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Reading_ThroughLink_IsRefused(bool portable, string way)
    {
        await using var remote = Open(portable);
        var path = RemotePath.Parse(way);

        AssertEscapes(remote, way, await Assert.ThrowsAsync<RemoteAccessDeniedException>(() => remote.OpenReadAsync(path, Cancellation).AsTask()));
        AssertEscapes(remote, way, await Assert.ThrowsAsync<RemoteAccessDeniedException>(() => remote.ReadAllAsync(path, 100, Cancellation).AsTask()));
        if (way.Contains('/', StringComparison.Ordinal))
        {
            AssertEscapes(remote, way, await Assert.ThrowsAsync<RemoteAccessDeniedException>(() => remote.StatAsync(path, Cancellation).AsTask()));
        }
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task Writing_ThroughLink_IsRefusedOrReplacesTheLinkItself(bool portable, string way)
    {
        await using var remote = Open(portable);
        var path = RemotePath.Parse(way);

        if (way.Contains('/', StringComparison.Ordinal))
        {
            AssertEscapes(remote, way, await Assert.ThrowsAsync<RemoteAccessDeniedException>(() => remote.WriteAllAsync(path, new byte[3], cancellationToken: Cancellation).AsTask()));
            AssertEscapes(remote, way, await Assert.ThrowsAsync<RemoteAccessDeniedException>(() => remote.DeleteAsync(path, Cancellation).AsTask()));
            AssertEscapes(remote, way, await Assert.ThrowsAsync<RemoteAccessDeniedException>(() => remote.CreateDirectoryAsync(path, Cancellation).AsTask()));
            AssertEscapes(remote, way, await Assert.ThrowsAsync<RemoteAccessDeniedException>(() => remote.LockAsync(path, cancellationToken: Cancellation).AsTask()));
        }

        AssertEscapes(remote, way, await Assert.ThrowsAsync<RemoteAccessDeniedException>(() => remote.OpenForUpdateAsync(path, Cancellation).AsTask()));
        AssertEscapes(remote, way, await Assert.ThrowsAsync<RemoteAccessDeniedException>(() => remote.MoveAsync(path, RemotePath.Parse("moved"), cancellationToken: Cancellation).AsTask()));
        AssertUntouched();
    }

    [Theory]
    [MemberData(nameof(Systems))]
    public async Task ListAsync_Links_AreOther(bool portable)
    {
        await using var remote = Open(portable);
        var kinds = new Dictionary<string, RemoteEntryKind>();

        await foreach (var entry in remote.ListAsync(RemotePath.Root, Cancellation))
        {
            kinds[entry.Name] = entry.Kind;
        }

        Assert.Equal(RemoteEntryKind.Directory, kinds["inside"]);
        Assert.All((string[])["out", "up", "in", "secret", "dangling"], name => Assert.Equal(RemoteEntryKind.Other, kinds[name]));
        Assert.Equal(RemoteEntryKind.Other, (await remote.StatAsync(RemotePath.Parse("out"), Cancellation))?.Kind);
        await Assert.ThrowsAsync<RemoteAccessDeniedException>(async () =>
        {
            await foreach (var _ in remote.ListAsync(RemotePath.Parse("out"), Cancellation))
            {
            }
        });
    }

    [Theory]
    [MemberData(nameof(Systems))]
    public async Task DeleteTreeAsync_WithLinks_RemovesThemAndNotWhatTheyLeadTo(bool portable)
    {
        Directory.CreateSymbolicLink(_folder["root/inside/out"], _folder["outside"]);
        await using var remote = Open(portable);

        await remote.DeleteTreeAsync(RemotePath.Parse("inside"), Cancellation);
        await remote.DeleteTreeAsync(RemotePath.Parse("out"), Cancellation);
        await remote.DeleteAsync(RemotePath.Parse("secret"), Cancellation);

        AssertUntouched();
        Assert.False(Directory.Exists(_folder["root/inside"]));
        Assert.False(Path.Exists(_folder["root/out"]));
        Assert.False(Path.Exists(_folder["root/secret"]));
    }

    [Theory]
    [MemberData(nameof(Systems))]
    public async Task WriteAllAsync_OnALink_ReplacesTheLinkItself(bool portable)
    {
        await using var remote = Open(portable);

        await remote.WriteAllAsync(RemotePath.Parse("secret"), "mine"u8.ToArray(), cancellationToken: Cancellation);

        AssertUntouched();
        Assert.Equal("mine", File.ReadAllText(_folder["root/secret"]));
        Assert.Null(new FileInfo(_folder["root/secret"]).LinkTarget);
    }

    [Fact]
    public async Task Open_RootIsALink_IsFollowed()
    {
        Directory.CreateSymbolicLink(_folder["alias"], _folder["root"]);
        await using var through = LocalRemote.Open(_folder["alias"]);
        await using var direct = LocalRemote.Open(_folder["root"]);

        Assert.Equal("file"u8.ToArray(), await through.ReadAllAsync(RemotePath.Parse("inside/file"), 10, Cancellation));
        Assert.Equal(direct.Identity, through.Identity);
    }

    /// <summary>Somebody swaps a directory for a link, again and again, while we write below it: nothing arrives outside.</summary>
    [Fact]
    public async Task WriteAllAsync_DirectorySwappedForLink_NeverLeavesTheRoot()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The portable operations cannot promise this.");
        await using var remote = Open(portable: false);
        Directory.CreateDirectory(_folder["root/swap"]);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var swapping = Task.Run(() => Swap(stop.Token), Cancellation);

        var (written, refused) = (0, 0);
        for (var number = 0; number < 2000; number++)
        {
            try
            {
                await remote.WriteAllAsync(RemotePath.Parse("swap/file"), new byte[1], new WriteOptions(WriteGrade.Stage), Cancellation);
                written++;
            }
            catch (MirrorBackupException)
            {
                refused++;
            }
        }

        await stop.CancelAsync();
        await swapping;
        AssertUntouched();
        Assert.True(written > 0 && refused > 0, $"{written} written, {refused} refused: the race did not happen");
    }

    public void Dispose() => _folder.Dispose();

    private void Swap(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            try
            {
                Directory.Delete(_folder["root/swap"], recursive: true);
                Directory.CreateSymbolicLink(_folder["root/swap"], _folder["outside"]);
                Directory.Delete(_folder["root/swap"]);
                Directory.CreateDirectory(_folder["root/swap"]);
            }
            catch (IOException)
            {
                // The remote made something there in between; the next round goes on from it.
            }
        }
    }

    private LocalRemote Open(bool portable) => portable
        ? LocalRemote.Open(new PortableFileSystem(_folder["root"]), new LocalRemoteOptions(), timeProvider: null)
        : LocalRemote.Open(_folder["root"]);

    private void AssertUntouched()
    {
        Assert.Equal(_folder["outside/secret"], Assert.Single(Directory.GetFileSystemEntries(_folder["outside"])));
        Assert.Equal("secret", File.ReadAllText(_folder["outside/secret"]));
    }

    private static void AssertEscapes(LocalRemote remote, string path, RemoteAccessDeniedException exception)
    {
        Assert.Equal((ErrorCodes.RemotePathEscapes, remote.Name, path), (exception.Code, exception.Remote, exception.Path));
        Assert.Contains("link", exception.Message, StringComparison.Ordinal);
    }
}
