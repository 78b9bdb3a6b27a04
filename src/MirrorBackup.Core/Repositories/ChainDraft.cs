using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Repositories;

/// <summary>The backups of one mode as they were found, before they are checked as a chain.</summary>
internal sealed class ChainDraft : IBackupChain
{
    public ChainDraft(
        string vmId,
        BackupMode mode,
        ImmutableArray<CataloguedPoint> points,
        ImmutableArray<DiskRevision> revisions,
        ImmutableArray<PendingMerge> pendingMerges,
        ImmutableArray<string> allPaths,
        ImmutableArray<ChainProblem> problems)
    {
        VmId = vmId;
        Mode = mode;
        Points = [.. points.Select(static point => point.Point).Where(point => point.Id.Mode == mode)];
        Revisions = revisions;
        PendingMerges = pendingMerges;
        var own = Points.Select(static point => RepositoryPaths.Metadata(point.Name))
            .Concat(revisions.Select(static revision => revision.Path))
            .Append(RepositoryPaths.CacheName)
            .ToHashSet(StringComparer.Ordinal);
        ReservedPaths = [.. allPaths.Where(path => !own.Contains(path))];
        Problems = [.. problems, .. Unreadable(mode, revisions)];
    }

    public string VmId { get; }

    public BackupMode Mode { get; }

    public IReadOnlyCollection<RestorePoint> Points { get; }

    public IReadOnlyCollection<DiskRevision> Revisions { get; }

    public IReadOnlyCollection<PendingMerge> PendingMerges { get; }

    public IReadOnlyCollection<string> ReservedPaths { get; }

    public IReadOnlyCollection<ChainProblem> Problems { get; }

    private static IEnumerable<ChainProblem> Unreadable(BackupMode mode, ImmutableArray<DiskRevision> revisions) =>
        mode == BackupMode.Incremental ? [] : revisions
            .Where(static revision => revision.Defect is not null)
            .Select(static revision => new ChainProblem(ChainProblemKind.UnreadableRevision, revision.Path, revision.Defect!));
}
