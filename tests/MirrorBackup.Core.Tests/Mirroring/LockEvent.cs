using MirrorBackup.Remotes;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>A change of a remote, a look at its lock, or that the look found it lost.</summary>
internal sealed record LockEvent(string Kind, RemotePath Path)
{
    public const string Check = "check";
    public const string Lost = "lost";

    public bool IsChange => Kind is not (Check or Lost);
}
