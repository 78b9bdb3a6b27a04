using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Repositories;

/// <summary>What the folder of one disk holds. Paths are relative to the folder of the VM.</summary>
internal sealed record DiskFolder
{
    public required ImmutableArray<DiskRevision> Revisions { get; init; }

    public required ImmutableArray<PendingMerge> PendingMerges { get; init; }

    public required ImmutableArray<ChainProblem> Problems { get; init; }

    public required ImmutableArray<StrayFile> StrayFiles { get; init; }
}
