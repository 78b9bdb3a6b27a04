using System.Collections.Immutable;

namespace MirrorBackup.Backups;

/// <summary>
/// Which revision stands on which, by their positions in the order of paths. Numbers instead of objects, because most of a chain is only ever passed over.
/// Immutable.
/// </summary>
internal sealed class RevisionLinks
{
    private const byte Readable = 1;
    private const byte Delta = 2;

    private readonly PositionTable _byId;
    private readonly int[] _parents;
    private readonly int[] _firstChildren;
    private readonly int[] _nextSiblings;
    private readonly byte[] _kinds;
    private readonly bool[] _viewable;

    internal RevisionLinks(ImmutableArray<DiskRevision> revisions)
    {
        _parents = new int[revisions.Length];
        _firstChildren = new int[revisions.Length];
        _nextSiblings = new int[revisions.Length];
        _kinds = new byte[revisions.Length];
        _viewable = new bool[revisions.Length];
        _byId = new PositionTable(Read(revisions), position => revisions[position].Id);
        if (_byId.HasRepeats)
        {
            LinkAmongTwins(revisions);
        }
        else
        {
            Link(revisions);
        }

        LinkChildren();
        if (!MarkViewableInOrder())
        {
            MarkViewable();
        }
    }

    /// <summary>Whether several revisions, perhaps of different folders, have one id.</summary>
    internal bool HasSharedIds => _byId.HasRepeats;

    /// <summary>The revisions whose parents, followed upwards, lead into a cycle.</summary>
    internal ImmutableArray<int> InCycles { get; private set; } = [];

    /// <summary>The revision that one stands on; <see cref="PositionTable.None"/> for a key, and where it is missing.</summary>
    internal int ParentOf(int position) => _parents[position];

    /// <summary>The first of the revisions that stand on one, or <see cref="PositionTable.None"/>.</summary>
    internal int FirstChildOf(int position) => _firstChildren[position];

    /// <summary>The next one that has the same parent, or <see cref="PositionTable.None"/>.</summary>
    internal int NextSiblingOf(int position) => _nextSiblings[position];

    /// <summary>Whether a revision and every ancestor down to a key opens.</summary>
    internal bool IsViewable(int position) => _viewable[position];

    /// <summary>The first revision of any folder that has an id, or <see cref="PositionTable.None"/>.</summary>
    internal int FirstWithId(string id) => _byId.First(id);

    /// <summary>The next revision that has the id of one.</summary>
    internal int NextWithId(int position) => _byId.Next(position);

    /// <summary>Whether a revision opens and is a delta, but has no parent.</summary>
    internal bool LacksParent(int position) => _parents[position] == PositionTable.None && _kinds[position] == (Readable | Delta);

    /// <summary>Copies in which these links can be changed, with room for more revisions.</summary>
    internal (int[] Parents, int[] FirstChildren, int[] NextSiblings) Copy(int capacity)
    {
        return (Grown(_parents), Grown(_firstChildren), Grown(_nextSiblings));

        int[] Grown(int[] positions)
        {
            var copy = new int[capacity];
            positions.CopyTo(copy, 0);
            return copy;
        }
    }

    /// <summary>Reads once what is needed of the objects, which lie scattered in memory: to get at them costs more than all that is done with them.</summary>
    /// <returns>The hashes of the ids.</returns>
    private int[] Read(ImmutableArray<DiskRevision> revisions)
    {
        var hashes = new int[revisions.Length];
        DiskRevision? before = null;
        for (var i = 0; i < hashes.Length; i++)
        {
            var revision = revisions[i];
            hashes[i] = PositionTable.HashOf(revision.Id);
            _kinds[i] = (byte)((revision.IsReadable ? Readable : 0) | (revision.IsDelta ? Delta : 0));

            // The parent nearly always lies just before it.
            _parents[i] = before is not null && before.Id == revision.ParentId && IsParent(before, revision) ? i - 1 : PositionTable.None;
            before = revision;
        }

        return hashes;
    }

    private static bool IsParent(DiskRevision candidate, DiskRevision child) =>
        candidate.Directory == child.Directory && ParentRule.IsBetter(candidate, best: null, child);

    private void Link(ImmutableArray<DiskRevision> revisions)
    {
        for (var i = 0; i < _parents.Length; i++)
        {
            if (_parents[i] == PositionTable.None
                && (_kinds[i] & Delta) != 0
                && _byId.First(revisions[i].ParentId!) is not PositionTable.None and var candidate
                && IsParent(revisions[candidate], revisions[i]))
            {
                _parents[i] = candidate;
            }
        }
    }

    private void LinkAmongTwins(ImmutableArray<DiskRevision> revisions)
    {
        var byFolderAndId = new Dictionary<(string Directory, string Id), List<int>>(revisions.Length);
        for (var i = 0; i < revisions.Length; i++)
        {
            var key = (revisions[i].Directory, revisions[i].Id);
            if (!byFolderAndId.TryGetValue(key, out var same))
            {
                byFolderAndId.Add(key, same = new List<int>(1));
            }

            same.Add(i);
        }

        for (var i = 0; i < _parents.Length; i++)
        {
            _parents[i] = PositionTable.None;
            if (revisions[i].ParentId is not { } id || !byFolderAndId.TryGetValue((revisions[i].Directory, id), out var candidates))
            {
                continue;
            }

            DiskRevision? best = null;
            foreach (var candidate in candidates)
            {
                if (ParentRule.IsBetter(revisions[candidate], best, revisions[i]))
                {
                    best = revisions[candidate];
                    _parents[i] = candidate;
                }
            }
        }
    }

    private void LinkChildren()
    {
        Array.Fill(_firstChildren, PositionTable.None);
        Array.Fill(_nextSiblings, PositionTable.None);
        for (var i = _parents.Length - 1; i >= 0; i--)
        {
            if (_parents[i] is not PositionTable.None and var parent)
            {
                _nextSiblings[i] = _firstChildren[parent];
                _firstChildren[parent] = i;
            }
        }
    }

    /// <summary>Marks what is viewable in one pass, as long as every parent lies before its children; says otherwise that it has not.</summary>
    private bool MarkViewableInOrder()
    {
        for (var i = 0; i < _parents.Length; i++)
        {
            if (_parents[i] >= i)
            {
                return false;
            }

            _viewable[i] = IsViewable(_kinds[i], _parents[i]);
        }

        return true;
    }

    /// <summary>Walks from the keys upwards; what is never reached through parents that exist is part of a cycle, or stands on one.</summary>
    private void MarkViewable()
    {
        var reached = new bool[_parents.Length];
        var pending = new Stack<int>(Enumerable.Range(0, _parents.Length).Where(position => _parents[position] == PositionTable.None));
        while (pending.TryPop(out var position))
        {
            reached[position] = true;
            _viewable[position] = IsViewable(_kinds[position], _parents[position]);
            for (var child = _firstChildren[position]; child != PositionTable.None; child = _nextSiblings[child])
            {
                pending.Push(child);
            }
        }

        for (var i = 0; i < reached.Length; i++)
        {
            _viewable[i] &= reached[i];
        }

        InCycles = [.. Enumerable.Range(0, reached.Length).Where(position => !reached[position])];
    }

    private bool IsViewable(byte kind, int parent) =>
        (kind & Readable) != 0 && ((kind & Delta) == 0 || (parent != PositionTable.None && _viewable[parent]));
}
