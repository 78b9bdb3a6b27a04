using MirrorBackup.Golden;

namespace MirrorBackup.Remotes.Tests;

public sealed class ReadOnlyRemoteTests
{
    private static readonly RemotePath File = RemotePath.Parse("folder/file");
    private static readonly RemotePath Folder = RemotePath.Parse("folder");

    public static TheoryData<string> Members =>
        ["write", "create", "update", "move", "delete", "directory", "tree", "flush", "lock"];

    [Theory]
    [MemberData(nameof(Members))]
    public async Task Decorator_WritingMember_IsDeniedAndNothingChanges(string member)
    {
        var token = TestContext.Current.CancellationToken;
        var memory = new MemoryRemote("archive");
        await memory.WriteAllAsync(File, new byte[3], cancellationToken: token);
        await using var remote = new ReadOnlyRemote(memory);

        await AssertDeniedAsync(remote, member);

        Assert.True(remote.Capabilities is { IsReadOnly: true, SupportsUpdate: false, SupportsLocks: false });
        Assert.Equal(3, (await remote.ReadAllAsync(File, 10, token)).Length);
    }

    [Theory]
    [MemberData(nameof(Members))]
    public async Task LocalRemote_WritingMember_IsDeniedAndNothingChanges(string member)
    {
        var token = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["folder"]);
        await System.IO.File.WriteAllBytesAsync(folder["folder/file"], new byte[3], token);
        await using var remote = LocalRemote.Open(folder.Path, new LocalRemoteOptions { IsReadOnly = true, Name = "archive" });

        await AssertDeniedAsync(remote, member);

        Assert.True(remote.Capabilities is { IsReadOnly: true, SupportsUpdate: false, SupportsLocks: false });
        Assert.Equal(3, (await remote.ReadAllAsync(File, 10, token)).Length);
        Assert.Equal([folder["folder"], folder["folder/file"]], Directory.GetFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).Order());
    }

    private static async Task AssertDeniedAsync(IRemote remote, string member)
    {
        var token = TestContext.Current.CancellationToken;
        var exception = await Assert.ThrowsAsync<RemoteAccessDeniedException>(async () => await (member switch
        {
            "write" => remote.WriteAllAsync(File, new byte[1], cancellationToken: token).AsTask(),
            "create" => remote.CreateAsync(File, cancellationToken: token).AsTask(),
            "update" => remote.OpenForUpdateAsync(File, token).AsTask(),
            "move" => remote.MoveAsync(File, Folder / "other", cancellationToken: token).AsTask(),
            "delete" => remote.DeleteAsync(File, token).AsTask(),
            "directory" => remote.CreateDirectoryAsync(Folder / "new", token).AsTask(),
            "tree" => remote.DeleteTreeAsync(Folder, token).AsTask(),
            "flush" => remote.FlushAsync(Folder, token).AsTask(),
            _ => remote.LockAsync(Folder, cancellationToken: token).AsTask(),
        }));
        Assert.Equal("archive", exception.Remote);
        Assert.Contains("read-only", exception.Message, StringComparison.Ordinal);
        Assert.False(exception.IsTransient);
    }
}
