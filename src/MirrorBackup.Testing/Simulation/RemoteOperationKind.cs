using MirrorBackup.Remotes;

namespace MirrorBackup.Testing.Simulation;

/// <summary>What a remote was asked for.</summary>
public enum RemoteOperationKind
{
    /// <summary><see cref="IRemote.ListAsync"/>.</summary>
    List,

    /// <summary><see cref="IRemote.StatAsync"/>.</summary>
    Stat,

    /// <summary><see cref="IRemote.OpenReadAsync"/> and <see cref="IRemote.OpenStoredAsync"/>.</summary>
    Open,

    /// <summary>A read of an open file, and <see cref="IRemote.ReadAllAsync(RemotePath, int, CancellationToken)"/>.</summary>
    Read,

    /// <summary><see cref="IRemote.GetAvailableBytesAsync"/>.</summary>
    AskForSpace,

    /// <summary><see cref="IRemote.CreateAsync"/>.</summary>
    Create,

    /// <summary>Bytes that are given to an upload.</summary>
    Append,

    /// <summary><see cref="IUpload.CommitAsync"/>.</summary>
    Commit,

    /// <summary><see cref="IRemote.WriteAllAsync"/>.</summary>
    WriteAll,

    /// <summary><see cref="IRemote.OpenForUpdateAsync"/>.</summary>
    OpenForUpdate,

    /// <summary><see cref="IRemoteFileUpdate.WriteAsync"/>.</summary>
    Write,

    /// <summary><see cref="IRemoteFileUpdate.SetLengthAsync"/>.</summary>
    SetLength,

    /// <summary><see cref="IRemoteFileUpdate.FlushAsync"/>.</summary>
    FlushFile,

    /// <summary><see cref="IRemote.MoveAsync"/>.</summary>
    Move,

    /// <summary><see cref="IRemote.DeleteAsync"/>.</summary>
    Delete,

    /// <summary><see cref="IRemote.CreateDirectoryAsync"/>.</summary>
    CreateDirectory,

    /// <summary><see cref="IRemote.DeleteTreeAsync"/>.</summary>
    DeleteTree,

    /// <summary><see cref="IRemote.FlushAsync"/>.</summary>
    Flush,

    /// <summary><see cref="IRemote.LockAsync"/>.</summary>
    Lock,

    /// <summary><see cref="IRemoteLock.EnsureHeldAsync"/>.</summary>
    EnsureHeld,
}
