using MirrorBackup.Remotes;

namespace MirrorBackup.Mirroring;

/// <summary>The lock of a VM on a destination, once it is taken; where the remote has none, one writer per destination is the duty of the user.</summary>
internal sealed class DestinationLock
{
    private IRemoteLock? _held;

    public IRemoteLock? Held => _held;

    public CancellationToken Lost => _held?.Lost ?? CancellationToken.None;

    /// <summary>Takes the lock, unless it is held already or there is none.</summary>
    public async Task TakeAsync(IRemote remote, RemotePath folder, LockOptions options, CancellationToken cancellationToken)
    {
        if (_held is null && remote.Capabilities.SupportsLocks)
        {
            _held = await remote.LockAsync(folder, options, cancellationToken).ConfigureAwait(false);
        }
    }

    public ValueTask EnsureHeldAsync(CancellationToken cancellationToken) => _held?.EnsureHeldAsync(cancellationToken) ?? ValueTask.CompletedTask;

    /// <summary>What was stopped because the lock was lost says that it was stopped; the lock says why.</summary>
    public async ValueTask<Exception> CauseOfAsync(Exception error)
    {
        if (error is not OperationCanceledException || !Lost.IsCancellationRequested)
        {
            return error;
        }

        try
        {
            await EnsureHeldAsync(CancellationToken.None).ConfigureAwait(false);
            return error;
        }
        catch (BackupLockedException lost)
        {
            return lost;
        }
    }

    /// <summary>Releases the lock; one under which something that was left behind may still write, once that has ended.</summary>
    public async ValueTask ReleaseAsync(Task leftBehind)
    {
        if (_held is null)
        {
            return;
        }

        var release = ReleaseAfterAsync(_held, leftBehind);
        if (leftBehind.IsCompleted)
        {
            await release.ConfigureAwait(false);
        }
    }

    private static async Task ReleaseAfterAsync(IRemoteLock held, Task leftBehind)
    {
        await leftBehind.ConfigureAwait(false);
        await held.DisposeAsync().ConfigureAwait(false);
    }
}
