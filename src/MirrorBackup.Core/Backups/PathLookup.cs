using System.Collections.Immutable;

namespace MirrorBackup.Backups;

/// <summary>
/// Finds revisions, which lie in the order of their paths, by path: the first few by bisection, which needs no preparation, and from then on by a table.
/// Safe to share between threads.
/// </summary>
internal sealed class PathLookup(ImmutableArray<DiskRevision> revisions)
{
    // A bisection costs about as much as entering 16 paths into a table.
    private const int PathsPerBisection = 16;

    private PositionTable? _table;

    // Two threads may lose a count to each other: then the table is made a little later.
    private int _bisections;

    /// <summary>The position of a path, or <see cref="PositionTable.None"/>.</summary>
    internal int Find(string path)
    {
        if (_table is { } table)
        {
            return table.First(path);
        }

        if (++_bisections > revisions.Length / PathsPerBisection)
        {
            _table = new PositionTable([.. revisions.Select(revision => PositionTable.HashOf(revision.Path))], position => revisions[position].Path);
            return _table.First(path);
        }

        return Math.Max(revisions.AsSpan().BinarySearch(new Path(path)), PositionTable.None);
    }

    private readonly record struct Path(string Value) : IComparable<DiskRevision>
    {
        public int CompareTo(DiskRevision? other) => string.CompareOrdinal(Value, other?.Path);
    }
}
