using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>
/// Revisions and their links, kept right while revisions come and go at a cost that grows with the change. Those of the chain from which it begins keep their
/// positions there, new ones follow; what nobody changes is looked up in the chain.
/// </summary>
internal sealed class RevisionGraph
{
    private readonly BackupChain _chain;
    private readonly Dictionary<string, int> _added = new(StringComparer.Ordinal);

    // Only of ids that something was changed about: for all others the chain knows.
    private readonly Dictionary<string, List<int>> _byId = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<int>> _byParentId = new(StringComparer.Ordinal);

    private Dictionary<string, List<int>>? _orphans;
    private DiskRevision[] _revisions;
    private NodeTraits[] _traits;
    private int[] _parents;
    private int[] _firstChildren;
    private int[] _nextSiblings;

    internal RevisionGraph(BackupChain chain)
    {
        _chain = chain;
        Length = chain.Revisions.Length;
        _revisions = new DiskRevision[Length + 4];
        chain.Revisions.CopyTo(_revisions);
        _traits = new NodeTraits[_revisions.Length];
        for (var i = 0; i < Length; i++)
        {
            _traits[i] = chain.Links.IsViewable(i) ? NodeTraits.Viewable : NodeTraits.None;
        }

        (_parents, _firstChildren, _nextSiblings) = chain.Links.Copy(_revisions.Length);
    }

    /// <summary>Is told of each revision whose whole chain has begun or ceased to open.</summary>
    internal Action<ModelNode>? ViewChanged { get; set; }

    /// <summary>Positions run up to here.</summary>
    internal int Length { get; private set; }

    internal IEnumerable<ModelNode> Nodes
    {
        get
        {
            for (var i = 0; i < Length; i++)
            {
                if (!Has(i, NodeTraits.Removed))
                {
                    yield return new ModelNode(this, i);
                }
            }
        }
    }

    internal ModelNode? Find(string path) => NodeAt(PositionOf(path));

    /// <summary>The revision that the chain had at a position, if it is still there.</summary>
    internal ModelNode? NodeAt(int position) =>
        position == PositionTable.None || Has(position, NodeTraits.Removed) ? null : new ModelNode(this, position);

    internal IEnumerable<ModelNode> WithId(string id)
    {
        if (_byId.TryGetValue(id, out var positions))
        {
            foreach (var position in positions)
            {
                yield return new ModelNode(this, position);
            }
        }
        else
        {
            for (var position = _chain.Links.FirstWithId(id); position != PositionTable.None; position = _chain.Links.NextWithId(position))
            {
                yield return new ModelNode(this, position);
            }
        }
    }

    internal DiskRevision RevisionAt(int position) => _revisions[position];

    internal int ParentOf(int position) => _parents[position];

    internal int FirstChildOf(int position) => _firstChildren[position];

    internal int NextSiblingOf(int position) => _nextSiblings[position];

    internal bool Has(int position, NodeTraits trait) => (_traits[position] & trait) != 0;

    internal void Mark(int position, NodeTraits trait) => _traits[position] |= trait;

    /// <summary>Puts a revision at its path, in place of what is there.</summary>
    internal void Put(DiskRevision revision)
    {
        var position = PositionOf(revision.Path);
        if (position == PositionTable.None)
        {
            position = Append(revision);
        }
        else if (Has(position, NodeTraits.Removed))
        {
            _traits[position] &= NodeTraits.Relisted;
            _revisions[position] = revision;
        }
        else
        {
            Leave(position);
            _revisions[position] = revision;
            _traits[position] &= ~NodeTraits.Leftover;
        }

        Enter(position);
        Link(position);
        Relink(revision.Directory, revision.Id);
        Refresh(position);
    }

    internal void Remove(string path)
    {
        var position = PositionOf(path);
        if (position != PositionTable.None && !Has(position, NodeTraits.Removed))
        {
            Mark(position, NodeTraits.Removed);
            Leave(position);
        }
    }

    /// <summary>The revisions that are there, by path.</summary>
    internal ImmutableArray<DiskRevision> ToImmutable()
    {
        var result = ImmutableArray.CreateBuilder<DiskRevision>(Length);
        var position = 0;
        foreach (var (path, added) in _added.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            for (; position < _chain.Revisions.Length && string.CompareOrdinal(_revisions[position].Path, path) < 0; position++)
            {
                Add(position);
            }

            Add(added);
        }

        for (; position < _chain.Revisions.Length; position++)
        {
            Add(position);
        }

        return result.DrainToImmutable();

        void Add(int at)
        {
            if (!Has(at, NodeTraits.Removed))
            {
                result.Add(_revisions[at]);
            }
        }
    }

    private int PositionOf(string path) =>
        _chain.PositionOf(path) is not PositionTable.None and var position ? position : _added.GetValueOrDefault(path, PositionTable.None);

    private int Append(DiskRevision revision)
    {
        var position = Length++;
        if (position == _revisions.Length)
        {
            Array.Resize(ref _revisions, position * 2);
            Array.Resize(ref _traits, position * 2);
            Array.Resize(ref _parents, position * 2);
            Array.Resize(ref _firstChildren, position * 2);
            Array.Resize(ref _nextSiblings, position * 2);
        }

        _revisions[position] = revision;
        (_parents[position], _firstChildren[position], _nextSiblings[position]) = (PositionTable.None, PositionTable.None, PositionTable.None);
        _added.Add(revision.Path, position);
        return position;
    }

    /// <summary>Takes a revision out of all links; its children look for another parent of the same id.</summary>
    private void Leave(int position)
    {
        var revision = _revisions[position];
        IdList(revision.Id).Remove(position);
        if (revision.ParentId is { } parentId)
        {
            ParentIdList(parentId).Remove(position);
        }

        LinkTo(position, PositionTable.None);
        Relink(revision.Directory, revision.Id);
    }

    private void Enter(int position)
    {
        IdList(_revisions[position].Id).Add(position);
        if (_revisions[position].ParentId is { } parentId)
        {
            ParentIdList(parentId).Add(position);
        }
    }

    private void Relink(string directory, string id)
    {
        foreach (var delta in ParentIdList(id))
        {
            if (_revisions[delta].Directory == directory)
            {
                Link(delta);
                Refresh(delta);
            }
        }
    }

    private void Link(int position)
    {
        var delta = _revisions[position];
        ModelNode? best = null;
        foreach (var candidate in delta.ParentId is { } id ? WithId(id) : [])
        {
            if (candidate.Revision.Directory == delta.Directory && ParentRule.IsBetter(candidate.Revision, best?.Revision, delta))
            {
                best = candidate;
            }
        }

        LinkTo(position, best?.Position ?? PositionTable.None);
    }

    private void LinkTo(int position, int parent)
    {
        if (_parents[position] is not PositionTable.None and var former)
        {
            SiblingLink(former, position) = _nextSiblings[position];
        }

        _parents[position] = parent;
        _nextSiblings[position] = PositionTable.None;
        if (parent != PositionTable.None)
        {
            SiblingLink(parent, PositionTable.None) = position;
        }
    }

    /// <summary>The place among the links of the children of a revision that leads to one of them, or to the end.</summary>
    private ref int SiblingLink(int parent, int child)
    {
        ref var link = ref _firstChildren[parent];
        while (link != child)
        {
            link = ref _nextSiblings[link];
        }

        return ref link;
    }

    /// <summary>Finds out anew whether a revision and its descendants open; stops where nothing changes.</summary>
    private void Refresh(int start)
    {
        var pending = new Stack<int>();
        pending.Push(start);
        while (pending.TryPop(out var position))
        {
            var revision = _revisions[position];
            var isViewable = revision.IsReadable
                && (!revision.IsDelta || (_parents[position] is not PositionTable.None and var parent && Has(parent, NodeTraits.Viewable)));
            if (isViewable == Has(position, NodeTraits.Viewable))
            {
                continue;
            }

            _traits[position] ^= NodeTraits.Viewable;
            ViewChanged?.Invoke(new ModelNode(this, position));
            for (var child = _firstChildren[position]; child != PositionTable.None; child = _nextSiblings[child])
            {
                pending.Push(child);
            }
        }
    }

    private List<int> IdList(string id)
    {
        if (!_byId.TryGetValue(id, out var positions))
        {
            positions = [.. WithId(id).Select(node => node.Position)];
            _byId.Add(id, positions);
        }

        return positions;
    }

    /// <summary>The deltas whose parent has an id. In the chain they stand on a revision with this id, or on none.</summary>
    private List<int> ParentIdList(string id)
    {
        if (!_byParentId.TryGetValue(id, out var positions))
        {
            positions = [.. Orphans().GetValueOrDefault(id, [])];
            for (var parent = _chain.Links.FirstWithId(id); parent != PositionTable.None; parent = _chain.Links.NextWithId(parent))
            {
                for (var child = _chain.Links.FirstChildOf(parent); child != PositionTable.None; child = _chain.Links.NextSiblingOf(child))
                {
                    positions.Add(child);
                }
            }

            positions.Sort();
            _byParentId.Add(id, positions);
        }

        return positions;
    }

    /// <summary>The deltas of the chain that stand on nothing there, by the id of their parent.</summary>
    private Dictionary<string, List<int>> Orphans()
    {
        if (_orphans is not null)
        {
            return _orphans;
        }

        _orphans = new Dictionary<string, List<int>>(StringComparer.Ordinal);
        for (var i = 0; i < _chain.Revisions.Length; i++)
        {
            if (_chain.Links.ParentOf(i) == PositionTable.None && _chain.Revisions[i].ParentId is { } id)
            {
                if (!_orphans.TryGetValue(id, out var deltas))
                {
                    _orphans.Add(id, deltas = []);
                }

                deltas.Add(i);
            }
        }

        return _orphans;
    }
}
