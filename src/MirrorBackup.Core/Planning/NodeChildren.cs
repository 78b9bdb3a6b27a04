namespace MirrorBackup.Planning;

/// <summary>The revisions that stand on one, in the order in which they came. Not to be enumerated while links change.</summary>
internal readonly struct NodeChildren(ModelNode parent)
{
    internal bool IsEmpty => parent.Graph.FirstChildOf(parent.Position) == Backups.PositionTable.None;

    public Enumerator GetEnumerator() => new(parent);

    internal bool TrueForAll(Func<ModelNode, bool> predicate)
    {
        foreach (var child in this)
        {
            if (!predicate(child))
            {
                return false;
            }
        }

        return true;
    }

    internal int Count(Func<ModelNode, bool> predicate)
    {
        var count = 0;
        foreach (var child in this)
        {
            count += predicate(child) ? 1 : 0;
        }

        return count;
    }

    internal struct Enumerator(ModelNode parent)
    {
        private int _next = parent.Graph.FirstChildOf(parent.Position);

        public ModelNode Current { get; private set; }

        public bool MoveNext()
        {
            if (_next == Backups.PositionTable.None)
            {
                return false;
            }

            Current = new ModelNode(parent.Graph, _next);
            _next = parent.Graph.NextSiblingOf(_next);
            return true;
        }
    }
}
