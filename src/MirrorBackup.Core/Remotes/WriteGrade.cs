namespace MirrorBackup.Remotes;

/// <summary>When a written file must be durable.</summary>
public enum WriteGrade
{
    /// <summary>All or nothing, and durable when the call ends.</summary>
    Publish,

    /// <summary>Complete when the call ends, durable after <see cref="IRemote.FlushAsync"/>; for what nothing lists yet.</summary>
    Stage,
}
