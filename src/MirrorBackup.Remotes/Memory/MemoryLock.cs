namespace MirrorBackup.Remotes.Memory;

/// <summary>A lock of a <see cref="MemoryRemote"/>, which nobody can take away.</summary>
internal sealed class MemoryLock(RemotePath directory, Action release) : IRemoteLock
{
    private int _released;

    public RemotePath Directory { get; } = directory;

    public CancellationToken Lost => CancellationToken.None;

    public ValueTask EnsureHeldAsync(CancellationToken cancellationToken = default)
    {
        ObjectDisposedException.ThrowIf(_released != 0, typeof(IRemoteLock));
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            release();
        }

        return ValueTask.CompletedTask;
    }
}
