namespace MirrorBackup.Backups;

/// <summary>Finds parents: within one folder, by revision id.</summary>
internal static class ChainLinks
{
    /// <summary>Groups the revisions of a chain by folder and id.</summary>
    internal static Dictionary<(string Directory, string Id), List<DiskRevision>> ByFolderAndId(IReadOnlyCollection<DiskRevision> revisions)
    {
        var byId = new Dictionary<(string, string), List<DiskRevision>>(revisions.Count);
        foreach (var revision in revisions)
        {
            var key = (revision.Directory, revision.Id);
            if (!byId.TryGetValue(key, out var same))
            {
                byId.Add(key, same = new List<DiskRevision>(1));
            }

            same.Add(revision);
        }

        return byId;
    }

    /// <summary>
    /// The parent of a delta: the revision at the path that it names, if it has the right id. Where the path is not known, file names within a folder grow along a chain, so that among several candidates the one nearest
    /// before the delta is the most likely; a chain with such candidates carries a problem anyway.
    /// </summary>
    internal static DiskRevision? ParentOf(DiskRevision revision, Dictionary<(string Directory, string Id), List<DiskRevision>> byId) =>
        revision.ParentId is not null && byId.TryGetValue((revision.Directory, revision.ParentId), out var candidates)
            ? ParentOf(revision, candidates)
            : null;

    /// <summary>The same, where the revisions of its folder that have the id of its parent are known.</summary>
    internal static DiskRevision? ParentOf(DiskRevision revision, List<DiskRevision> candidates)
    {
        DiskRevision? best = null;
        foreach (var candidate in candidates)
        {
            if (candidate.Path != revision.Path
                && (revision.ParentPath is null || revision.ParentPath == candidate.Path)
                && (best is null || IsNearer(candidate, best, revision)))
            {
                best = candidate;
            }
        }

        return best;
    }

    private static bool IsNearer(DiskRevision candidate, DiskRevision best, DiskRevision child)
    {
        var candidateIsBefore = string.CompareOrdinal(candidate.Path, child.Path) < 0;
        var bestIsBefore = string.CompareOrdinal(best.Path, child.Path) < 0;
        return candidateIsBefore != bestIsBefore
            ? candidateIsBefore
            : string.CompareOrdinal(candidate.Path, best.Path) > 0;
    }
}
