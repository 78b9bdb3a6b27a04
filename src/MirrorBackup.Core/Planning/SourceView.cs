using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>
/// The source as all destinations see it: one point per identity, by job, in an order in which parents come first and, apart from
/// that, time decides.
/// </summary>
internal sealed class SourceView
{
    private readonly Dictionary<PointId, int> _order = [];

    internal SourceView(BackupChain chain, VmFilter filter)
    {
        Chain = chain;
        IsExcluded = !filter.Matches(chain);
        var points = IsExcluded ? [] : WithoutDuplicates();
        foreach (var point in InOrder(points))
        {
            _order.Add(point.Id, Ordered.Count);
            Ordered.Add(point);
            if (chain.Mode == BackupMode.Full && !filter.Matches(chain.VmId, point.VmTags))
            {
                FilteredOut.Add(point.Id);
            }
        }

        foreach (var group in Ordered.GroupBy(point => point.JobId, StringComparer.Ordinal))
        {
            Jobs.Add([.. group]);
        }
    }

    internal BackupChain Chain { get; }

    /// <summary>The fingerprint of the encryption of the source; null if it is clear.</summary>
    internal string? Encryption { get; init; }

    /// <summary>Whether the filter leaves nothing of the VM.</summary>
    internal bool IsExcluded { get; }

    internal List<RestorePoint> Ordered { get; } = [];

    /// <summary>The points of each job, in order.</summary>
    internal List<List<RestorePoint>> Jobs { get; } = [];

    internal HashSet<PointId> FilteredOut { get; } = [];

    internal List<PlanConflict> Conflicts { get; } = [];

    internal List<PlanWarning> Warnings { get; } = [];

    internal int OrderOf(PointId id) => _order[id];

    /// <summary>Of points with one identity the restorable ones go first, then those of the job that began earlier, then the name decides.</summary>
    private List<RestorePoint> WithoutDuplicates()
    {
        var firstOfJob = new Dictionary<string, PointId>(StringComparer.Ordinal);
        foreach (var point in Chain.Points)
        {
            firstOfJob.TryAdd(point.JobId, point.Id);
        }

        // In order of time, twins are neighbours.
        var all = Chain.Points;
        var points = new List<RestorePoint>(all.Length);
        for (int first = 0, next; first < all.Length; first = next)
        {
            next = first + 1;
            while (next < all.Length && all[next].Id == all[first].Id)
            {
                next++;
            }

            points.Add(next == first + 1 ? all[first] : Best(all[first..next], firstOfJob));
        }

        return points;
    }

    /// <summary>Chooses one of several points of one instant, and says so.</summary>
    private RestorePoint Best(ImmutableArray<RestorePoint> twins, Dictionary<string, PointId> firstOfJob)
    {
        var ranked = twins
            .OrderByDescending(Chain.IsRestorable)
            .ThenBy(point => firstOfJob[point.JobId])
            .ThenBy(point => point.JobId, StringComparer.Ordinal)
            .ThenBy(point => point.Name, StringComparer.Ordinal)
            .ToList();
        foreach (var other in ranked.Skip(1))
        {
            Conflicts.Add(new PlanConflict(
                PlanConflictKind.DuplicateTimestamp,
                $"{other.Name}.json of job {other.JobId} has the same instant in ms as {ranked[0].Name}.json of job {ranked[0].JobId}; expected one point per instant. The latter is mirrored, the former is not.")
            {
                Points = [other.Id],
                Paths = [other.Name + ".json", ranked[0].Name + ".json"],
            });
        }

        return ranked[0];
    }

    private List<RestorePoint> InOrder(List<RestorePoint> points)
    {
        var parents = ParentPoints(points);
        var followers = new Dictionary<PointId, List<RestorePoint>>();
        var waitingFor = new Dictionary<PointId, int>();
        foreach (var point in points)
        {
            waitingFor[point.Id] = parents[point.Id].Count;
            foreach (var parent in parents[point.Id])
            {
                if (!followers.TryGetValue(parent, out var list))
                {
                    followers.Add(parent, list = []);
                }

                list.Add(point);
                if (point.Id < parent)
                {
                    Warnings.Add(new PlanWarning(PlanWarningKind.ClockWentBack, $"The source point {point.Name} is dated before its parent {parent}: a clock went back.", point.Id));
                }
            }
        }

        var ready = new PriorityQueue<RestorePoint, PointId>();
        foreach (var point in points.Where(point => waitingFor[point.Id] == 0))
        {
            ready.Enqueue(point, point.Id);
        }

        var ordered = new List<RestorePoint>(points.Count);
        var taken = new HashSet<PointId>();
        while (ready.TryDequeue(out var point, out _))
        {
            ordered.Add(point);
            taken.Add(point.Id);
            foreach (var follower in followers.TryGetValue(point.Id, out var list) ? list : [])
            {
                if (--waitingFor[follower.Id] == 0)
                {
                    ready.Enqueue(follower, follower.Id);
                }
            }
        }

        // Points whose disks wait for each other cannot be sent; they keep their place in time, so that the plan can say so.
        ordered.AddRange(points.Where(point => !taken.Contains(point.Id)));
        return ordered;
    }

    /// <summary>For each point, the points that list the nearest listed ancestors of its disks.</summary>
    private Dictionary<PointId, List<PointId>> ParentPoints(List<RestorePoint> points)
    {
        var pointAt = new Dictionary<string, PointId>(StringComparer.Ordinal);
        foreach (var point in points)
        {
            foreach (var disk in point.Disks)
            {
                pointAt.TryAdd(disk.Path, point.Id);
            }
        }

        var result = new Dictionary<PointId, List<PointId>>(points.Count);
        var nearest = new Dictionary<string, PointId?>(StringComparer.Ordinal);
        foreach (var point in points)
        {
            var parents = new List<PointId>(1);
            foreach (var disk in point.Disks)
            {
                if (NearestAbove(disk.Path, pointAt, nearest) is { } parent && parent != point.Id && !parents.Contains(parent))
                {
                    parents.Add(parent);
                }
            }

            result.Add(point.Id, parents);
        }

        return result;
    }

    private PointId? NearestAbove(string path, Dictionary<string, PointId> pointAt, Dictionary<string, PointId?> nearest)
    {
        // Nearly always the parent itself is listed, and there is nothing to remember.
        if (Chain.ParentOf(path) is not { } above)
        {
            return null;
        }

        if (pointAt.TryGetValue(above.Path, out var direct))
        {
            return direct;
        }

        PointId? found = null;
        var walked = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var current = path; seen.Add(current);)
        {
            if (nearest.TryGetValue(current, out var known))
            {
                found = known;
                break;
            }

            walked.Add(current);
            if (Chain.ParentOf(current) is not { } parent)
            {
                break;
            }

            if (pointAt.TryGetValue(parent.Path, out var point))
            {
                found = point;
                break;
            }

            current = parent.Path;
        }

        foreach (var passed in walked)
        {
            nearest[passed] = found;
        }

        return found;
    }
}
