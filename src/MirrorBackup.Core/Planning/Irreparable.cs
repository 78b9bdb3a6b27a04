using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Says of the broken points of a destination, which a repair concerns, that the source has them no more, and what of each is missing.</summary>
internal sealed class Irreparable(SourceView view, BackupChain result, string destination)
{
    /// <summary>Adds a conflict for each cause.</summary>
    /// <param name="broken">The points that the repair concerns.</param>
    /// <param name="log">Receives the conflicts.</param>
    internal void Report(HashSet<PointId> broken, ConflictLog log)
    {
        if (broken.Count == 0)
        {
            return;
        }

        foreach (var point in result.Points)
        {
            if (broken.Contains(point.Id) && !view.Has(point.Id) && !result.IsRestorable(point))
            {
                var disk = point.Disks.First(candidate => !result.IsViewable(candidate.Path));
                log.Add(Cause(disk.Path), point.Id);
            }
        }
    }

    private RouteFailure Cause(string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var current = path;
        while (seen.Add(current) && result.Revision(current) is { IsReadable: true } revision)
        {
            if (result.ParentOf(current) is not { } parent)
            {
                return Lacks(revision.ParentPath ?? current, $"the parent {revision.ParentId} of {revision.FileName} is not there");
            }

            current = parent.Path;
        }

        return Lacks(current, result.Revision(current) switch
        {
            null => "it is not there",
            { IsReadable: true } => "its parents form a cycle",
            var broken => $"it does not open ({broken.Defect ?? "no reason given"})",
        });
    }

    private RouteFailure Lacks(string path, string found) => new(
        PlanConflictKind.NotOnSource, $"{path}: {found} on {destination}, and the source has no backup of what needs it any more", path);
}
