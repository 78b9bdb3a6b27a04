using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>
/// The points of a destination that a repair concerns: those that the retention counts and that cannot be restored, and, whoever wrote them, those on
/// whose broken disks they stand.
/// </summary>
internal static class BrokenPoints
{
    /// <summary>Finds them.</summary>
    /// <param name="model">The destination before anything is sent.</param>
    /// <param name="request">Which points the retention counts.</param>
    /// <returns>Their identities; none of which the destination can restore by another listing.</returns>
    internal static HashSet<PointId> Of(DestinationModel model, DestinationRequest request)
    {
        var broken = new HashSet<PointId>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var point in model.Points)
        {
            if (request.Counts(point) && !IsRestorable(model, point.Id))
            {
                broken.Add(point.Id);
                foreach (var disk in point.Disks)
                {
                    AddBelow(disk.Path, model, broken, seen);
                }
            }
        }

        return broken;
    }

    private static void AddBelow(string path, DestinationModel model, HashSet<PointId> broken, HashSet<string> seen)
    {
        for (var current = path; current is not null && seen.Add(current);)
        {
            foreach (var point in model.PointsAt(current))
            {
                if (!IsRestorable(model, point.Id))
                {
                    broken.Add(point.Id);
                }
            }

            // A parent that is not there is listed by the path that its delta names.
            current = model.Graph.Find(current) is { } node ? node.Parent?.Path ?? node.Revision.ParentPath : null;
        }
    }

    private static bool IsRestorable(DestinationModel model, PointId id)
    {
        foreach (var point in model.Find(id))
        {
            if (model.IsRestorable(point))
            {
                return true;
            }
        }

        return false;
    }
}
