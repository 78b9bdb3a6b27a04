using MirrorBackup.Backups;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>A chain as a user of the planner would make it from records of his own.</summary>
internal sealed record ChainSnapshot(
    string VmId,
    BackupMode Mode,
    IReadOnlyCollection<RestorePoint> Points,
    IReadOnlyCollection<DiskRevision> Revisions,
    IReadOnlyCollection<PendingMerge> PendingMerges,
    IReadOnlyCollection<string> ReservedPaths,
    IReadOnlyCollection<ChainProblem> Problems) : IBackupChain;
