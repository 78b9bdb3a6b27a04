using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Some revisions of a <see cref="RevisionGraph"/>, in the order in which they were added.</summary>
internal sealed class NodeSet(RevisionGraph graph)
{
    private readonly bool[] _has = new bool[graph.Length];
    private readonly List<int> _positions = new(graph.Length);

    internal bool Contains(ModelNode node) => _has[node.Position];

    /// <summary>Adds a revision.</summary>
    /// <returns>Whether it was not in the set.</returns>
    internal bool Add(ModelNode node) => Add(node.Position);

    /// <summary>Adds the revision at a position, if there is one, and all that it stands on.</summary>
    internal void AddWithAncestors(int start)
    {
        var position = start;
        while (position != PositionTable.None && !graph.Has(position, NodeTraits.Removed) && Add(position))
        {
            position = graph.ParentOf(position) is not PositionTable.None and var parent ? parent : NamedParentOf(position);
        }
    }

    public IEnumerator<ModelNode> GetEnumerator()
    {
        foreach (var position in _positions)
        {
            yield return new ModelNode(graph, position);
        }
    }

    /// <summary>A parent that cannot be read has no id that links it, but the name by which its delta knows it.</summary>
    private int NamedParentOf(int position) =>
        graph.RevisionAt(position).ParentPath is { } path && graph.Find(path) is { } named ? named.Position : PositionTable.None;

    private bool Add(int position)
    {
        if (_has[position])
        {
            return false;
        }

        _has[position] = true;
        _positions.Add(position);
        return true;
    }
}
