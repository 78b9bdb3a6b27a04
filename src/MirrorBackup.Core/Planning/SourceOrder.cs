using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Puts the points of the source into an order in which parents come first and, apart from that, time decides.</summary>
internal sealed class SourceOrder
{
    private const int Unknown = -2;

    private readonly BackupChain _chain;
    private readonly List<int> _positions;
    private readonly int[] _pointAt;
    private int[]? _nearest;

    /// <summary>Finds the order.</summary>
    /// <param name="chain">The source.</param>
    /// <param name="positions">Where in the chain the points are that take part, in order of time; of each instant one at most.</param>
    internal SourceOrder(BackupChain chain, List<int> positions)
    {
        _chain = chain;
        _positions = positions;
        Points = positions.ConvertAll(position => chain.Points[position]);
        _pointAt = PointAtRevisions();
        IsByTime = HasParentsFirst();
        if (!IsByTime)
        {
            Points = ParentsFirst();
        }
    }

    /// <summary>The points in order.</summary>
    internal List<RestorePoint> Points { get; }

    /// <summary>Whether the order is that of time, as it is unless a clock went back.</summary>
    internal bool IsByTime { get; }

    internal List<PlanWarning> Warnings { get; } = [];

    /// <summary>For each revision the first of the points that lists it.</summary>
    private int[] PointAtRevisions()
    {
        var pointAt = new int[_chain.Revisions.Length];
        Array.Fill(pointAt, PositionTable.None);
        for (var point = 0; point < _positions.Count; point++)
        {
            foreach (var revision in _chain.Listings.RevisionsOf(_positions[point]))
            {
                if (revision != PositionTable.None && pointAt[revision] == PositionTable.None)
                {
                    pointAt[revision] = point;
                }
            }
        }

        return pointAt;
    }

    private bool HasParentsFirst()
    {
        for (var point = 0; point < _positions.Count; point++)
        {
            foreach (var revision in _chain.Listings.RevisionsOf(_positions[point]))
            {
                if (revision != PositionTable.None && NearestAbove(revision) > point)
                {
                    return false;
                }
            }
        }

        return true;
    }

    private List<RestorePoint> ParentsFirst()
    {
        var followers = new List<int>?[Points.Count];
        var waitingFor = new int[Points.Count];
        for (var point = 0; point < Points.Count; point++)
        {
            var parents = ParentsOf(point);
            waitingFor[point] = parents.Count;
            foreach (var parent in parents)
            {
                (followers[parent] ??= []).Add(point);
                if (point < parent)
                {
                    Warnings.Add(new PlanWarning(
                        PlanWarningKind.ClockWentBack,
                        $"The source point {Points[point].Name} is dated before its parent {Points[parent].Id}: a clock went back.",
                        Points[point].Id));
                }
            }
        }

        var ready = new PriorityQueue<int, int>();
        ready.EnqueueRange(Enumerable.Range(0, Points.Count).Where(point => waitingFor[point] == 0).Select(point => (point, point)));
        var ordered = new List<RestorePoint>(Points.Count);
        while (ready.TryDequeue(out var point, out _))
        {
            ordered.Add(Points[point]);
            foreach (var follower in followers[point] ?? [])
            {
                if (--waitingFor[follower] == 0)
                {
                    ready.Enqueue(follower, follower);
                }
            }
        }

        // Points whose disks wait for each other cannot be sent; they keep their place in time, so that the plan can say so.
        ordered.AddRange(Points.Where((_, point) => waitingFor[point] > 0));
        return ordered;
    }

    /// <summary>The points that list the nearest listed ancestors of the disks of a point.</summary>
    private List<int> ParentsOf(int point)
    {
        var parents = new List<int>(1);
        foreach (var revision in _chain.Listings.RevisionsOf(_positions[point]))
        {
            if (revision != PositionTable.None
                && NearestAbove(revision) is not PositionTable.None and var parent
                && parent != point
                && !parents.Contains(parent))
            {
                parents.Add(parent);
            }
        }

        return parents;
    }

    /// <summary>The point that lists the nearest listed ancestor of a revision, or <see cref="PositionTable.None"/>.</summary>
    private int NearestAbove(int revision)
    {
        // Nearly always the parent itself is listed, and there is nothing to remember.
        var above = _chain.Links.ParentOf(revision);
        if (above == PositionTable.None || _pointAt[above] != PositionTable.None)
        {
            return above == PositionTable.None ? above : _pointAt[above];
        }

        if (_nearest is null)
        {
            _nearest = new int[_chain.Revisions.Length];
            Array.Fill(_nearest, Unknown);
        }

        var walked = new List<int>();
        var found = PositionTable.None;
        for (var current = revision; ; current = above)
        {
            if (_nearest[current] != Unknown)
            {
                found = _nearest[current];
                break;
            }

            // Whoever comes back here has followed a cycle, and finds nothing.
            _nearest[current] = PositionTable.None;
            walked.Add(current);
            above = _chain.Links.ParentOf(current);
            if (above == PositionTable.None || _pointAt[above] != PositionTable.None)
            {
                found = above == PositionTable.None ? above : _pointAt[above];
                break;
            }
        }

        foreach (var passed in walked)
        {
            _nearest[passed] = found;
        }

        return found;
    }
}
