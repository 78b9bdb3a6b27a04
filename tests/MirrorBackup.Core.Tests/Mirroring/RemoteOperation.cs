namespace MirrorBackup.Tests.Mirroring;

/// <summary>What is asked of a remote, as <see cref="FaultyRemote"/> tells it.</summary>
public enum RemoteOperation
{
    List,
    Stat,
    OpenRead,
    Read,
    ReadAll,
    WriteAll,
    Create,
    Write,
    Commit,
    Update,
    Move,
    Delete,
    Flush,
    Lock,
}
