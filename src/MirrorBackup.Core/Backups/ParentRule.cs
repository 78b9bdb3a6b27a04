namespace MirrorBackup.Backups;

/// <summary>Decides which revision a delta stands on, among those of its folder that have the id of its parent.</summary>
internal static class ParentRule
{
    /// <summary>
    /// Whether a candidate is rather the parent than the best one so far. It is the revision at the path that the delta names. Where the path is not known,
    /// file names within a folder grow along a chain, so that among several candidates the one nearest before the delta is the most likely; a chain with such
    /// candidates carries a problem anyway.
    /// </summary>
    internal static bool IsBetter(DiskRevision candidate, DiskRevision? best, DiskRevision child) =>
        (child.ParentPath is null || child.ParentPath == candidate.Path)
        && candidate.Path != child.Path
        && (best is null || IsNearer(candidate, best, child));

    private static bool IsNearer(DiskRevision candidate, DiskRevision best, DiskRevision child)
    {
        var candidateIsBefore = string.CompareOrdinal(candidate.Path, child.Path) < 0;
        var bestIsBefore = string.CompareOrdinal(best.Path, child.Path) < 0;
        return candidateIsBefore != bestIsBefore
            ? candidateIsBefore
            : string.CompareOrdinal(candidate.Path, best.Path) > 0;
    }
}
