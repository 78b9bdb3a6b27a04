namespace MirrorBackup.Remotes;

/// <summary>A lock that is held. Disposing releases it, on every path; failures of releasing are not raised.</summary>
public interface IRemoteLock : IAsyncDisposable
{
    /// <summary>The locked directory.</summary>
    RemotePath Directory { get; }

    /// <summary>Is cancelled when the lock is found to be lost, so that waiting work can end early.</summary>
    CancellationToken Lost { get; }

    /// <summary>Checks, at the storage, that the lock is still ours. Called before every publish, merge and delete.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="BackupLockedException">It was taken over or could not be refreshed in time (<see cref="ErrorCodes.LockLost"/>).</exception>
    ValueTask EnsureHeldAsync(CancellationToken cancellationToken = default);
}
