namespace MirrorBackup.Remotes.Local;

/// <summary>A lock directory that this process made and keeps fresh.</summary>
internal sealed class HeldLock : IRemoteLock
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _lost = new();
    private readonly LocalDirectory _directory;
    private readonly LockKeeper _keeper;
    private readonly RemotePath _lockPath;
    private readonly TimeSpan _staleAfter;
    private FileStatus _written;
    private long _refreshed;
    private string? _lossReason;
    private bool _released;

    public HeldLock(LocalDirectory directory, LockKeeper keeper, RemotePath path, RemotePath lockPath, TimeSpan staleAfter)
    {
        (_directory, _keeper, Directory, _lockPath, _staleAfter) = (directory, keeper, path, lockPath, staleAfter);
        Lost = _lost.Token;
        WriteTime();
    }

    public RemotePath Directory { get; }

    public CancellationToken Lost { get; }

    public async ValueTask EnsureHeldAsync(CancellationToken cancellationToken = default) =>
        await Task.Run(EnsureHeld, cancellationToken).ConfigureAwait(false);

    /// <summary>Renews the lock's time if it is still ours; called by the keeper's thread.</summary>
    public void Refresh()
    {
        lock (_gate)
        {
            if (_released || _lossReason is not null)
            {
                return;
            }

            try
            {
                if (IsOurs())
                {
                    WriteTime();
                }
            }
            catch (FileSystemException exception)
            {
                if (_directory.TimeProvider.GetElapsedTime(_refreshed) >= _staleAfter)
                {
                    Lose($"it could not be refreshed in time: {exception.Detail}");
                }
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _keeper.Remove(this);
        await Task.Run(Release).ConfigureAwait(false);
    }

    /// <summary>Gives the lock up. The directory is removed only while it is certain to be ours.</summary>
    public void Release()
    {
        lock (_gate)
        {
            if (_released)
            {
                return;
            }

            _released = true;
            try
            {
                if (_lossReason is null && IsOurs())
                {
                    _directory.Files.RemoveDirectory(_lockPath);
                }
            }
            catch (FileSystemException)
            {
                // Without refreshes it becomes stale, and the next one takes it over.
            }
        }
    }

    private void EnsureHeld()
    {
        lock (_gate)
        {
            if (_released)
            {
                throw new ObjectDisposedException(nameof(IRemoteLock), $"The lock of {Directory} was released.");
            }

            try
            {
                if (_lossReason is null && IsOurs() && _directory.TimeProvider.GetElapsedTime(_refreshed) >= _staleAfter / 2)
                {
                    WriteTime();
                }
            }
            catch (FileSystemException exception)
            {
                Lose($"it could not be looked at: {exception.Detail}");
            }

            if (_lossReason is not null)
            {
                throw new BackupLockedException(
                    $"The lock of {Directory} on {_directory.Name} was lost: {_lossReason}. Nothing more is written there.", ErrorCodes.LockLost)
                {
                    Remote = _directory.Name,
                    Path = Directory.Value,
                };
            }
        }
    }

    /// <summary>Whether the directory is the one that we made, with the time that we wrote last.</summary>
    private bool IsOurs()
    {
        var found = _directory.Files.Stat(_lockPath);
        if (found is not { } status)
        {
            Lose($"{_lockPath} was removed by somebody else");
        }
        else if (status.FileNumber != _written.FileNumber || status.LastModified != _written.LastModified)
        {
            Lose($"{_lockPath} was taken over by {LockNote.HolderOf(_directory.Files, _lockPath)}");
        }

        return _lossReason is null;
    }

    private void WriteTime()
    {
        _directory.Files.SetDirectoryTime(_lockPath, _directory.TimeProvider.GetUtcNow());

        // Read back: the storage may keep times less precisely than they were given.
        _written = _directory.Files.Stat(_lockPath) ?? throw new FileSystemException(FileFailure.Other, _lockPath, "the lock directory vanished");
        _refreshed = _directory.TimeProvider.GetTimestamp();
    }

    private void Lose(string reason)
    {
        _lossReason ??= reason;

        // Not awaited: what waits on the token must not hold up the thread that keeps the other locks.
        _ = _lost.CancelAsync();
    }
}
