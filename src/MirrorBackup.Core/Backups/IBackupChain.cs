namespace MirrorBackup.Backups;

/// <summary>
/// What the planner sees of one VM, in one mode, in one repository. Implement it over your own records to use the planner
/// without any remote: the planner copies and checks it once (into a <c>BackupChain</c>) and never calls it again.
/// </summary>
public interface IBackupChain
{
    /// <summary>The VM.</summary>
    string VmId { get; }

    /// <summary>The mode of every point in <see cref="Points"/>.</summary>
    BackupMode Mode { get; }

    /// <summary>The restore points that are listed, in any order.</summary>
    IReadOnlyCollection<RestorePoint> Points { get; }

    /// <summary>
    /// The revisions that are stored, in any order: those of <see cref="Points"/>, and those that no point lists (any more) but that
    /// a listed one may need, or that an interrupted run left.
    /// </summary>
    IReadOnlyCollection<DiskRevision> Revisions { get; }

    /// <summary>Merges that have begun and not ended.</summary>
    IReadOnlyCollection<PendingMerge> PendingMerges => [];

    /// <summary>
    /// Paths relative to the folder of the VM that are taken by something that is in neither <see cref="Points"/> nor
    /// <see cref="Revisions"/>, such as the metadata of the other mode: a new file may not have such a name.
    /// </summary>
    IReadOnlyCollection<string> ReservedPaths => [];

    /// <summary>What was found wrong while the chain was read.</summary>
    IReadOnlyCollection<ChainProblem> Problems => [];
}
