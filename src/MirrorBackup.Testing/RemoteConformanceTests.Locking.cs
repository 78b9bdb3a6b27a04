using MirrorBackup.Remotes;
using Xunit;

namespace MirrorBackup.Testing;

public abstract partial class RemoteConformanceTests
{
    private static readonly LockOptions Patient = new(TimeSpan.FromSeconds(30));

    /// <summary>A lock is held until it is disposed, and can be taken again then.</summary>
    [Fact]
    public async Task LockAsync_HeldAndReleased_CanBeTakenAgain()
    {
        Require(Remote.Capabilities.SupportsLocks, "locks");
        await Remote.CreateDirectoryAsync(At("vm"), Cancellation);
        var first = await Remote.LockAsync(At("vm"), default, Cancellation);
        await first.EnsureHeldAsync(Cancellation);
        Assert.Equal((At("vm"), false), (first.Directory, first.Lost.IsCancellationRequested));

        var exception = await Assert.ThrowsAsync<BackupLockedException>(() => Remote.LockAsync(At("vm"), default, Cancellation).AsTask());
        AssertNamed(exception, "vm", ErrorCodes.Locked);
        await first.EnsureHeldAsync(Cancellation);
        await first.DisposeAsync();
        await first.DisposeAsync();

        await using var second = await Remote.LockAsync(At("vm"), default, Cancellation);
        await second.EnsureHeldAsync(Cancellation);
    }

    /// <summary>Locks of different directories do not meet.</summary>
    [Fact]
    public async Task LockAsync_OtherDirectory_IsFree()
    {
        Require(Remote.Capabilities.SupportsLocks, "locks");
        await using var one = await Remote.LockAsync(At("vms/one"), default, Cancellation);
        await using var two = await Remote.LockAsync(At("vms/two"), default, Cancellation);

        await one.EnsureHeldAsync(Cancellation);
        await two.EnsureHeldAsync(Cancellation);
    }

    /// <summary>A directory that is not there yet is made.</summary>
    [Fact]
    public async Task LockAsync_DirectoryMissing_IsMade()
    {
        Require(Remote.Capabilities.SupportsLocks, "locks");

        await using (await Remote.LockAsync(At("fresh/vm"), default, Cancellation))
        {
            Assert.Equal(!Remote.Capabilities.HasDirectories, await Remote.StatAsync(At("fresh/vm"), Cancellation) is null);
        }
    }

    /// <summary>A released lock leaves nothing.</summary>
    [Fact]
    public async Task LockAsync_Released_LeavesNothing()
    {
        Require(Remote.Capabilities.SupportsLocks, "locks");
        await PutAsync("left/vm/file");

        await (await Remote.LockAsync(At("left/vm"), default, Cancellation)).DisposeAsync();

        Assert.Equal(["vm"], await NamesAsync("left"));
    }

    /// <summary>Who waits gets the lock when it is released.</summary>
    [Fact]
    public async Task LockAsync_Waiting_GetsItAfterRelease()
    {
        Require(Remote.Capabilities.SupportsLocks, "locks");
        var first = await Remote.LockAsync(At("wait/vm"), default, Cancellation);
        var waiting = Remote.LockAsync(At("wait/vm"), Patient, Cancellation).AsTask();
        Assert.False(waiting.IsCompleted);

        await first.DisposeAsync();

        await using var second = await waiting;
        await second.EnsureHeldAsync(Cancellation);
    }

    /// <summary>Waiting can be cancelled; nothing is held then.</summary>
    [Fact]
    public async Task LockAsync_WaitingCancelled_HoldsNothing()
    {
        Require(Remote.Capabilities.SupportsLocks, "locks");
        var first = await Remote.LockAsync(At("cancel/vm"), default, Cancellation);
        using var source = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var waiting = Remote.LockAsync(At("cancel/vm"), Patient, source.Token).AsTask();

        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await first.DisposeAsync();

        await using var second = await Remote.LockAsync(At("cancel/vm"), default, Cancellation);
        await second.EnsureHeldAsync(Cancellation);
    }

    /// <summary>Of many that ask at once, one holds at a time.</summary>
    [Fact]
    public async Task LockAsync_Contended_OneHoldsAtATime()
    {
        Require(Remote.Capabilities.SupportsLocks, "locks");
        var holders = 0;
        var most = 0;

        await Task.WhenAll(Enumerable.Range(0, 5).Select(async _ =>
        {
            await using var held = await Remote.LockAsync(At("many/vm"), Patient, Cancellation);
            most = Math.Max(most, Interlocked.Increment(ref holders));
            await held.EnsureHeldAsync(Cancellation);
            Interlocked.Decrement(ref holders);
        }));

        Assert.Equal(1, most);
    }

    /// <summary>The root has no lock.</summary>
    [Fact]
    public async Task LockAsync_Root_IsRefused()
    {
        Require(Remote.Capabilities.SupportsLocks, "locks");

        await Assert.ThrowsAsync<ArgumentException>(async () => await Remote.LockAsync(RemotePath.Root, default, Cancellation));
    }

    /// <summary>A remote without locks says so.</summary>
    [Fact]
    public async Task LockAsync_NoLocks_IsNotSupported()
    {
        Assert.SkipWhen(Remote.Capabilities.SupportsLocks, "The remote has locks.");

        await Assert.ThrowsAsync<NotSupportedException>(() => Remote.LockAsync(At("vm"), default, Cancellation).AsTask());
    }
}
