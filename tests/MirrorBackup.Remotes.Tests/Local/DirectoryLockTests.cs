using MirrorBackup.Golden;
using MirrorBackup.Remotes.Local;

namespace MirrorBackup.Remotes.Tests.Local;

/// <summary>The lock directory of Xen Orchestra: <c>formats/repository.md</c> §2.7.</summary>
public sealed class DirectoryLockTests : IDisposable
{
    private static readonly RemotePath Vm = RemotePath.Parse("xo-vm-backups/vm");

    private readonly TemporaryFolder _folder = new();
    private readonly TimerWatch _clock = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string LockFolder => _folder["xo-vm-backups/vm.lock"];

    [Fact]
    public async Task LockAsync_Free_MakesEmptySiblingDirectoryWithTheTime()
    {
        await using var remote = Open();

        await using (await remote.LockAsync(Vm, cancellationToken: Cancellation))
        {
            Assert.Empty(Directory.GetFileSystemEntries(LockFolder));
            Assert.Equal(_clock.GetUtcNow().UtcDateTime, Directory.GetLastWriteTimeUtc(LockFolder));
            Assert.True(Directory.Exists(_folder["xo-vm-backups/vm"]));
        }

        Assert.False(Directory.Exists(LockFolder));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(10)]
    [InlineData(-3600)]
    public async Task LockAsync_ForeignLockThatIsFresh_IsLocked(int secondsAgo)
    {
        await using var remote = Open();
        MakeForeignLock(secondsAgo);

        var exception = await Assert.ThrowsAsync<BackupLockedException>(() => remote.LockAsync(Vm, cancellationToken: Cancellation).AsTask());

        Assert.Equal((ErrorCodes.Locked, "xo-vm-backups/vm", remote.Name), (exception.Code, exception.Path, exception.Remote));
        Assert.Equal(_clock.GetUtcNow().UtcDateTime.AddSeconds(-secondsAgo), Directory.GetLastWriteTimeUtc(LockFolder));
    }

    [Fact]
    public async Task LockAsync_ForeignLockThatIsStale_IsTakenOver()
    {
        await using var remote = Open();
        MakeForeignLock(secondsAgo: 11);

        await using var held = await remote.LockAsync(Vm, cancellationToken: Cancellation);

        await held.EnsureHeldAsync(Cancellation);
        Assert.Equal(_clock.GetUtcNow().UtcDateTime, Directory.GetLastWriteTimeUtc(LockFolder));
    }

    /// <summary>A holder whose clock is ahead and that has died is found out by watching.</summary>
    [Fact]
    public async Task LockAsync_ForeignLockFromTheFutureThatNeverChanges_IsTakenOverAfterWatching()
    {
        await using var remote = Open();
        MakeForeignLock(secondsAgo: -3600);

        var waiting = remote.LockAsync(Vm, new LockOptions(TimeSpan.FromMinutes(1)), Cancellation).AsTask();
        while (await Task.WhenAny(_clock.TimerIsSetAsync(), waiting) != waiting)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        await using var held = await waiting;
        await held.EnsureHeldAsync(Cancellation);
    }

    [Fact]
    public async Task LockAsync_ForeignLockStays_EndsAtTheTimeout()
    {
        await using var remote = Open();
        MakeForeignLock(secondsAgo: -3600);

        // Past the end of the waiting, and still before the lock would count as abandoned.
        var waiting = remote.LockAsync(Vm, new LockOptions(TimeSpan.FromSeconds(8)), Cancellation).AsTask();
        while (await Task.WhenAny(_clock.TimerIsSetAsync(), waiting) != waiting)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(500));
        }

        await Assert.ThrowsAsync<BackupLockedException>(() => waiting);
        Assert.True(Directory.Exists(LockFolder));
    }

    [Fact]
    public async Task LockAsync_XenOrchestraHolds_SaysWhatIsKnown()
    {
        await using var remote = Open();
        MakeForeignLock(secondsAgo: 4);

        var exception = await Assert.ThrowsAsync<BackupLockedException>(() => remote.LockAsync(Vm, cancellationToken: Cancellation).AsTask());

        Assert.Contains("by somebody who left no name, such as Xen Orchestra: vm.lock was refreshed 4.0 s ago; waited 0 s", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LockAsync_OneOfOursHolds_SaysForWhomItWaits()
    {
        SkipWithoutNotes();
        await using var first = Open();
        await using var second = Open();
        await using var held = await first.LockAsync(Vm, new LockOptions(Reason: "mirror job\nnightly"), Cancellation);

        var exception = await Assert.ThrowsAsync<BackupLockedException>(() => second.LockAsync(Vm, cancellationToken: Cancellation).AsTask());

        Assert.Contains(
            $"is locked by mirror job nightly (process {Environment.ProcessId} on {Environment.MachineName}, since 2026-03-01 12:00:00Z): vm.lock was refreshed 0.0 s ago",
            exception.Message,
            StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(LockFolder));
    }

    [Fact]
    public async Task EnsureHeldAsync_TakenOverByOneOfOurs_SaysByWhom()
    {
        SkipWithoutNotes();
        await using var first = Open();
        await using var second = Open();
        await using var lost = await first.LockAsync(Vm, cancellationToken: Cancellation);
        Directory.Delete(LockFolder);
        await using var held = await second.LockAsync(Vm, new LockOptions(Reason: "the other job"), Cancellation);
        _clock.Advance(TimeSpan.FromMilliseconds(5));
        Directory.SetLastWriteTimeUtc(LockFolder, _clock.GetUtcNow().UtcDateTime);

        var exception = await Assert.ThrowsAsync<BackupLockedException>(() => lost.EnsureHeldAsync(Cancellation).AsTask());

        Assert.Contains("was taken over by the other job (process", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EnsureHeldAsync_TimePassed_RefreshesTheLock()
    {
        await using var remote = Open();
        await using var held = await remote.LockAsync(Vm, cancellationToken: Cancellation);
        _clock.Advance(TimeSpan.FromSeconds(30));

        await held.EnsureHeldAsync(Cancellation);

        Assert.Equal(_clock.GetUtcNow().UtcDateTime, Directory.GetLastWriteTimeUtc(LockFolder));
    }

    [Fact]
    public async Task EnsureHeldAsync_RemovedBySomebody_IsLost()
    {
        await using var remote = Open();
        await using var held = await remote.LockAsync(Vm, cancellationToken: Cancellation);
        Directory.Delete(LockFolder);

        await AssertLostAsync(held);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task DisposeAsync_TakenOverBySomebody_LeavesTheirLock(bool checkedBefore)
    {
        await using var remote = Open();
        var held = await remote.LockAsync(Vm, cancellationToken: Cancellation);
        Directory.Delete(LockFolder);
        MakeForeignLock(secondsAgo: 0, milliseconds: 5);
        if (checkedBefore)
        {
            await AssertLostAsync(held);
        }

        await held.DisposeAsync();

        Assert.True(Directory.Exists(LockFolder));
    }

    [Fact]
    public async Task EnsureHeldAsync_AfterRelease_IsRefused()
    {
        await using var remote = Open();
        var held = await remote.LockAsync(Vm, cancellationToken: Cancellation);
        await held.DisposeAsync();

        await Assert.ThrowsAsync<ObjectDisposedException>(() => held.EnsureHeldAsync(Cancellation).AsTask());
    }

    [Fact]
    public async Task Lost_RemovedBySomebody_IsCancelledByTheRefreshingThread()
    {
        await using var remote = Open(refresh: TimeSpan.FromMilliseconds(5));
        await using var held = await remote.LockAsync(Vm, cancellationToken: Cancellation);
        var lost = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = held.Lost.Register(lost.SetResult);

        Directory.Delete(LockFolder);

        await lost.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        await AssertLostAsync(held);
    }

    [Fact]
    public async Task LockAsync_FileInTheWay_IsConflict()
    {
        await using var remote = Open();
        Directory.CreateDirectory(_folder["xo-vm-backups"]);
        await File.WriteAllTextAsync(LockFolder, "", Cancellation);

        await Assert.ThrowsAsync<RemoteConflictException>(() => remote.LockAsync(Vm, cancellationToken: Cancellation).AsTask());
    }

    [Fact]
    public async Task DisposeAsync_OfTheRemote_ReleasesWhatIsHeld()
    {
        var remote = Open();
        _ = await remote.LockAsync(Vm, cancellationToken: Cancellation);

        await remote.DisposeAsync();

        Assert.False(Directory.Exists(LockFolder));
    }

    [Fact]
    public void Open_StaleBeforeTwoRefreshes_IsRefused() => Assert.Throws<ArgumentException>(() => LocalRemote.Open(
        _folder.Path,
        new LocalRemoteOptions { LockRefreshInterval = TimeSpan.FromSeconds(6), LockStaleAfter = TimeSpan.FromSeconds(10) }));

    public void Dispose() => _folder.Dispose();

    private static async Task AssertLostAsync(IRemoteLock held)
    {
        var exception = await Assert.ThrowsAsync<BackupLockedException>(() => held.EnsureHeldAsync(Cancellation).AsTask());
        Assert.Equal(ErrorCodes.LockLost, exception.Code);
        Assert.True(held.Lost.IsCancellationRequested);
    }

    private void SkipWithoutNotes()
    {
        using var files = LocalRoot.OpenFiles(_folder.Path, "notes");
        var place = RemotePath.Parse("place");
        files.MakeDirectory(place);
        files.SetNote(place, "kept");
        Assert.SkipUnless(files.GetNote(place) == "kept", "This storage keeps no extended attributes of users.");
    }

    private LocalRemote Open(TimeSpan? refresh = null) => LocalRemote.Open(
        _folder.Path,
        new LocalRemoteOptions { LockRefreshInterval = refresh ?? TimeSpan.FromSeconds(5) },
        _clock);

    private void MakeForeignLock(int secondsAgo, int milliseconds = 0)
    {
        Directory.CreateDirectory(LockFolder);
        Directory.SetLastWriteTimeUtc(LockFolder, _clock.GetUtcNow().UtcDateTime.AddSeconds(-secondsAgo).AddMilliseconds(milliseconds));
    }
}
