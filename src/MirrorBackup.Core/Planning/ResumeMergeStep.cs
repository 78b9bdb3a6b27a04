using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Finishes a merge that an earlier run began, before anything else is done to the VM.</summary>
public sealed record ResumeMergeStep : MirrorStep
{
    /// <summary>The merge.</summary>
    public required PendingMerge Merge { get; init; }

    /// <summary>Whether all of it is done, or gone, and only the state file is to be removed.</summary>
    public bool RemovesStateOnly => Merge.IsLeftover;
}
