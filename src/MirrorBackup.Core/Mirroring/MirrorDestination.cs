using MirrorBackup.Remotes;
using MirrorBackup.Retention;

namespace MirrorBackup.Mirroring;

/// <summary>One destination of a job.</summary>
/// <param name="Remote">The remote; stays the caller's.</param>
/// <param name="Retention">What is kept there, per VM.</param>
public sealed record MirrorDestination(IRemote Remote, RetentionPolicy Retention)
{
    /// <summary>What it is called in plans and reports; unique in a job.</summary>
    /// <value>Default: the name of the remote.</value>
    public string Name { get; init; } = Remote.Name;
}
