using System.Collections.Immutable;

namespace MirrorBackup.Backups;

/// <summary>Which points list which revisions, by their positions in a chain. Immutable.</summary>
internal sealed class PointListings
{
    private readonly ImmutableArray<RestorePoint> _points;
    private readonly int[] _starts;
    private readonly int[] _revisions;
    private readonly int[] _firstPoints;
    private readonly Dictionary<int, List<int>> _furtherPoints = [];
    private readonly Dictionary<string, List<int>> _missing = new(StringComparer.Ordinal);

    /// <summary>Finds them.</summary>
    /// <param name="points">The points.</param>
    /// <param name="revisions">The revisions, by path.</param>
    /// <param name="paths">Finds revisions by path.</param>
    internal PointListings(ImmutableArray<RestorePoint> points, ImmutableArray<DiskRevision> revisions, PathLookup paths)
    {
        _points = points;
        _starts = new int[points.Length + 1];
        for (var i = 0; i < points.Length; i++)
        {
            _starts[i + 1] = _starts[i] + points[i].Disks.Length;
        }

        _revisions = new int[_starts[^1]];
        _firstPoints = new int[revisions.Length];
        Array.Fill(_firstPoints, PositionTable.None);

        // From point to point, each disk nearly always moves on to the next file of its folder.
        var expected = new List<int>();
        for (var i = 0; i < points.Length; i++)
        {
            var disks = points[i].Disks;
            for (var j = 0; j < disks.Length; j++)
            {
                if (j == expected.Count)
                {
                    expected.Add(0);
                }

                var path = disks[j].Path;
                var revision = expected[j] < revisions.Length && revisions[expected[j]].Path == path ? expected[j] : paths.Find(path);
                _revisions[_starts[i] + j] = revision;
                if (revision == PositionTable.None)
                {
                    AddMissing(path, i);
                    continue;
                }

                expected[j] = revision + 1;
                Add(revision, i);
            }
        }
    }

    /// <summary>The paths, and the points that list them, at which there is no revision.</summary>
    internal IReadOnlyDictionary<string, List<int>> Missing => _missing;

    /// <summary>The revisions of the disks of a point, in the order of its disks; <see cref="PositionTable.None"/> where there is none.</summary>
    internal ReadOnlySpan<int> RevisionsOf(int point) => _revisions.AsSpan(_starts[point].._starts[point + 1]);

    /// <summary>Whether a point lists a revision.</summary>
    internal bool IsListed(int revision) => _firstPoints[revision] != PositionTable.None;

    /// <summary>The points that list a revision, by time; each once.</summary>
    internal IReadOnlyList<RestorePoint> PointsAt(int revision)
    {
        if (!IsListed(revision))
        {
            return [];
        }

        var first = _points[_firstPoints[revision]];
        return _furtherPoints.TryGetValue(revision, out var further) ? [first, .. further.Select(point => _points[point])] : [first];
    }

    /// <summary>The points that list a path at which there is no revision, by time; each once.</summary>
    internal IReadOnlyList<RestorePoint> PointsAtMissing(string path) =>
        _missing.TryGetValue(path, out var points) ? points.ConvertAll(point => _points[point]) : [];

    private void Add(int revision, int point)
    {
        if (_firstPoints[revision] == PositionTable.None)
        {
            _firstPoints[revision] = point;
        }
        else if (_furtherPoints.TryGetValue(revision, out var points))
        {
            AddOnce(points, point);
        }
        else if (_firstPoints[revision] != point)
        {
            _furtherPoints.Add(revision, [point]);
        }
    }

    private void AddMissing(string path, int point)
    {
        if (!_missing.TryGetValue(path, out var points))
        {
            _missing.Add(path, points = new List<int>(1));
        }

        AddOnce(points, point);
    }

    /// <summary>A point that names one file for two disks lists it once.</summary>
    private static void AddOnce(List<int> points, int point)
    {
        if (points.Count == 0 || points[^1] != point)
        {
            points.Add(point);
        }
    }
}
