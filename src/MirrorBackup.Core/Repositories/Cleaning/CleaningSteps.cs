using System.Collections.Immutable;

namespace MirrorBackup.Repositories.Cleaning;

/// <summary>The order in which findings are dealt with. Pure.</summary>
internal static class CleaningSteps
{
    /// <summary>
    /// What is to be done next. Merges, their states and aliases change what is needed: while there are any, only these, and then everything is looked at anew.
    /// Otherwise cache, metadata and disks, in this order, and of disks those first that others stand on last.
    /// </summary>
    public static ImmutableArray<CleaningFinding> NextOf(IReadOnlyCollection<CleaningFinding> findings)
    {
        var todo = findings.Where(static finding => finding.Remedy != CleaningRemedy.None).ToArray();
        var structural = todo.Where(static finding => IsStructural(finding.Kind)).ToArray();
        return
        [
            .. (structural.Length > 0 ? structural : todo)
                .OrderBy(static finding => RankOf(finding.Kind))
                .ThenByDescending(static finding => finding.Path, StringComparer.Ordinal),
        ];
    }

    private static bool IsStructural(CleaningKind kind) => kind is CleaningKind.UnfinishedMerge or CleaningKind.StaleMergeState or CleaningKind.BrokenAlias;

    private static int RankOf(CleaningKind kind) => kind switch
    {
        CleaningKind.UnfinishedMerge => 0,
        CleaningKind.StaleMergeState => 1,
        CleaningKind.BrokenAlias => 2,
        CleaningKind.StaleCache => 3,
        CleaningKind.WrongMetadata => 4,
        CleaningKind.OrphanDisk or CleaningKind.DuplicateDisk or CleaningKind.ArchiveWithoutMetadata => 5,
        _ => 6,
    };
}
