using System.Diagnostics;
using MirrorBackup.Golden;

namespace MirrorBackup.Remotes.Tests.Local;

/// <summary>What the storage can do to us: full, read-only, gone, strange.</summary>
public sealed class StorageFailureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task WriteAllAsync_StorageFull_IsFullAndOldContentStays()
    {
        using var mount = await PrivateMount.CreateAsync("size=1m", _folder.Path, "echo old > file", Cancellation);
        await using var remote = LocalRemote.Open(mount.Path, new LocalRemoteOptions { Name = "small" });

        var exception = await Assert.ThrowsAsync<RemoteFullException>(
            () => remote.WriteAllAsync(At("file"), new byte[4 << 20], cancellationToken: Cancellation).AsTask());

        Assert.Equal((ErrorCodes.RemoteFull, "small", "file", false), (exception.Code, exception.Remote, exception.Path, exception.IsTransient));
        Assert.Equal("old\n"u8.ToArray(), await remote.ReadAllAsync(At("file"), 10, Cancellation));
        Assert.Equal(["file"], Directory.GetFileSystemEntries(mount.Path).Select(Path.GetFileName));
    }

    [Fact]
    public async Task CreateAsync_AnnouncedLengthDoesNotFit_FailsAtOnce()
    {
        using var mount = await PrivateMount.CreateAsync("size=1m", _folder.Path, "true", Cancellation);
        await using var remote = LocalRemote.Open(mount.Path);

        await Assert.ThrowsAsync<RemoteFullException>(
            () => remote.CreateAsync(At("file"), new UploadOptions(Length: 4 << 20), Cancellation).AsTask());

        Assert.Empty(Directory.GetFileSystemEntries(mount.Path));
        Assert.InRange((await remote.GetAvailableBytesAsync(Cancellation))!.Value, 1, 1 << 20);
    }

    [Fact]
    public async Task CreateAsync_StorageFillsUp_IsFullAndLeavesNothing()
    {
        using var mount = await PrivateMount.CreateAsync("size=1m", _folder.Path, "true", Cancellation);
        await using var remote = LocalRemote.Open(mount.Path);
        await using (var upload = await remote.CreateAsync(At("file"), cancellationToken: Cancellation))
        {
            await Assert.ThrowsAsync<RemoteFullException>(() => upload.Output.WriteAsync(new byte[4 << 20], Cancellation).AsTask());
        }

        Assert.Empty(Directory.GetFileSystemEntries(mount.Path));
    }

    [Fact]
    public async Task WriteAllAsync_NoFileNumbersLeft_IsFull()
    {
        using var mount = await PrivateMount.CreateAsync("nr_inodes=2", _folder.Path, "touch file", Cancellation);
        await using var remote = LocalRemote.Open(mount.Path);

        await Assert.ThrowsAsync<RemoteFullException>(() => remote.WriteAllAsync(At("other"), new byte[1], cancellationToken: Cancellation).AsTask());
        await Assert.ThrowsAsync<RemoteFullException>(() => remote.CreateDirectoryAsync(At("folder"), Cancellation).AsTask());
    }

    [Fact]
    public async Task Writing_ReadOnlyFileSystem_IsDeniedAndReadingWorks()
    {
        using var mount = await PrivateMount.CreateAsync("size=1m", _folder.Path, $"mkdir d && echo x > d/file && cd / && mount -o remount,ro '{_folder.Path}'", Cancellation);
        await using var remote = LocalRemote.Open(mount.Path);
        var file = At("d/file");

        Assert.Equal("x\n"u8.ToArray(), await remote.ReadAllAsync(file, 10, Cancellation));
        await Assert.ThrowsAsync<RemoteAccessDeniedException>(() => remote.WriteAllAsync(file, new byte[1], cancellationToken: Cancellation).AsTask());
        await Assert.ThrowsAsync<RemoteAccessDeniedException>(() => remote.DeleteAsync(file, Cancellation).AsTask());
        await Assert.ThrowsAsync<RemoteAccessDeniedException>(() => remote.OpenForUpdateAsync(file, Cancellation).AsTask());
        await Assert.ThrowsAsync<RemoteAccessDeniedException>(() => remote.LockAsync(At("d"), cancellationToken: Cancellation).AsTask());
        await Assert.ThrowsAsync<RemoteAccessDeniedException>(() => remote.MoveAsync(file, At("d/new"), cancellationToken: Cancellation).AsTask());
    }

    [Fact]
    public async Task Members_RootRemovedMidway_IsUnavailableAndNeverNotFound()
    {
        Directory.CreateDirectory(_folder["root"]);
        await using var remote = LocalRemote.Open(_folder["root"]);
        await remote.WriteAllAsync(At("d/file"), new byte[1], cancellationToken: Cancellation);
        Directory.Delete(_folder["root"], recursive: true);

        var reading = await Assert.ThrowsAsync<RemoteUnavailableException>(() => remote.ReadAllAsync(At("d/file"), 10, Cancellation).AsTask());
        await Assert.ThrowsAsync<RemoteUnavailableException>(() => remote.StatAsync(At("d/file"), Cancellation).AsTask());
        await Assert.ThrowsAsync<RemoteUnavailableException>(() => remote.WriteAllAsync(At("d/file"), new byte[1], cancellationToken: Cancellation).AsTask());
        await Assert.ThrowsAsync<RemoteUnavailableException>(async () =>
        {
            await foreach (var _ in remote.ListAsync(RemotePath.Root, Cancellation))
            {
            }
        });

        Assert.Contains("mounted", reading.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenReadAsync_NamedPipe_IsRefusedAndDoesNotWait()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "mkfifo is needed.");
        using (var process = Process.Start("mkfifo", [_folder["pipe"]]))
        {
            await process.WaitForExitAsync(Cancellation);
        }

        await using var remote = LocalRemote.Open(_folder.Path);

        await Assert.ThrowsAsync<RemoteAccessDeniedException>(() => remote.OpenReadAsync(At("pipe"), Cancellation).AsTask());
        Assert.Equal(RemoteEntryKind.Other, (await remote.StatAsync(At("pipe"), Cancellation))?.Kind);
    }

    [Fact]
    public async Task ListAsync_NamesThatNoPathCanHave_AreLeftOut()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such names.");
        await File.WriteAllTextAsync(_folder["back\\slash"], "", Cancellation);
        await File.WriteAllTextAsync(_folder["new\nline"], "", Cancellation);
        await File.WriteAllTextAsync(_folder["good"], "", Cancellation);
        await using var remote = LocalRemote.Open(_folder.Path);
        var names = new List<string>();

        await foreach (var entry in remote.ListAsync(RemotePath.Root, Cancellation))
        {
            names.Add(entry.Name);
        }

        Assert.Equal(["good"], names);
    }

    [Fact]
    public async Task DeleteTreeAsync_ForeignNameInside_IsConflictAndKeepsIt()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such names.");
        Directory.CreateDirectory(_folder["d"]);
        await File.WriteAllTextAsync(_folder["d/back\\slash"], "", Cancellation);
        await using var remote = LocalRemote.Open(_folder.Path);

        await Assert.ThrowsAsync<RemoteConflictException>(() => remote.DeleteTreeAsync(At("d"), Cancellation).AsTask());

        Assert.True(File.Exists(_folder["d/back\\slash"]));
    }

    [Fact]
    public async Task Members_AfterDispose_AreRefused()
    {
        var remote = LocalRemote.Open(_folder.Path);
        await remote.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => remote.StatAsync(At("x"), Cancellation).AsTask());
        await Assert.ThrowsAsync<ObjectDisposedException>(() => remote.DeleteAsync(At("x"), Cancellation).AsTask());
    }

    [Fact]
    public async Task Identity_OtherDirectory_Differs()
    {
        Directory.CreateDirectory(_folder["a"]);
        Directory.CreateDirectory(_folder["b"]);
        await using var one = LocalRemote.Open(_folder["a"]);
        await using var same = LocalRemote.Open(_folder["b/../a/"]);
        await using var other = LocalRemote.Open(_folder["b"]);

        Assert.Equal(one.Identity, same.Identity);
        Assert.NotEqual(one.Identity, other.Identity);
    }

    public void Dispose() => _folder.Dispose();

    private static RemotePath At(string text) => RemotePath.Parse(text);
}
