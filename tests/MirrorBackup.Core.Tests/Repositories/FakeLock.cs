using MirrorBackup.Remotes;

namespace MirrorBackup.Tests.Repositories;

/// <summary>A lock that can be lost.</summary>
internal sealed class FakeLock : IRemoteLock
{
    public RemotePath Directory { get; } = RemotePath.Parse("xo-vm-backups/vm");

    public CancellationToken Lost => CancellationToken.None;

    public bool IsLost { get; set; }

    public int Checks { get; private set; }

    public ValueTask EnsureHeldAsync(CancellationToken cancellationToken = default)
    {
        Checks++;
        return IsLost ? throw new BackupLockedException("lost", ErrorCodes.LockLost) : default;
    }

    public ValueTask DisposeAsync() => default;
}
