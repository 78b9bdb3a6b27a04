using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Folds revisions that no point lists any more into the point that stands on them.</summary>
public sealed record MergeStep : MirrorStep
{
    /// <summary>The point that stays; its metadata is rewritten afterwards, because the size and the kind of its disks change.</summary>
    public required RestorePoint Into { get; init; }

    /// <summary>The points of this plan whose data is folded in, oldest first; empty where an earlier run unlisted them.</summary>
    public required ImmutableArray<RestorePoint> Backups { get; init; }

    /// <summary>What becomes one, by disk.</summary>
    public required ImmutableArray<DiskMerge> Disks { get; init; }
}
