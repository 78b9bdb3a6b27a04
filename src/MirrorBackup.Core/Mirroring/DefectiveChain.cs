using MirrorBackup.Backups;

namespace MirrorBackup.Mirroring;

/// <summary>A chain of which more is unreadable than its catalogue shows.</summary>
internal sealed class DefectiveChain : IBackupChain
{
    private readonly BackupChain _chain;

    /// <param name="chain">The chain as the catalogue shows it.</param>
    /// <param name="defects">Why revisions are unreadable, by their paths.</param>
    public DefectiveChain(BackupChain chain, IReadOnlyDictionary<string, string> defects)
    {
        _chain = chain;
        Revisions = RevisionsOf(chain, defects);

        // What is damaged cannot be merged; whoever tried would stop in the middle.
        PendingMerges = [.. chain.PendingMerges.Select(merge => merge.Paths.IsDefault || !merge.Paths.Any(defects.ContainsKey) ? merge : merge with { Survivor = null })];
    }

    public string VmId => _chain.VmId;

    public BackupMode Mode => _chain.Mode;

    public IReadOnlyCollection<RestorePoint> Points => _chain.Points;

    public IReadOnlyCollection<DiskRevision> Revisions { get; }

    public IReadOnlyCollection<PendingMerge> PendingMerges { get; }

    public IReadOnlyCollection<string> ReservedPaths => _chain.ReservedPaths;

    public IReadOnlyCollection<ChainProblem> Problems => _chain.Problems;

    /// <summary>The revisions of a chain, those with a defect unreadable.</summary>
    public static IReadOnlyCollection<DiskRevision> RevisionsOf(BackupChain chain, IReadOnlyDictionary<string, string> defects) => defects.Count == 0
        ? chain.Revisions
        : [.. chain.Revisions.Select(revision => defects.TryGetValue(revision.Path, out var defect)
            ? revision with { IsReadable = false, Defect = defect }
            : revision)];
}
