using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Revisions and their links, kept right while revisions come and go at a cost that grows with the change.</summary>
internal sealed class RevisionGraph
{
    private readonly Dictionary<string, ModelNode> _nodes;
    private readonly Dictionary<string, List<ModelNode>> _byId;
    private readonly Dictionary<string, List<ModelNode>> _byParentId;

    internal RevisionGraph(BackupChain chain)
    {
        var count = chain.Revisions.Length;
        _nodes = new Dictionary<string, ModelNode>(count, StringComparer.Ordinal);
        _byId = new Dictionary<string, List<ModelNode>>(count, StringComparer.Ordinal);
        _byParentId = new Dictionary<string, List<ModelNode>>(count, StringComparer.Ordinal);
        foreach (var revision in chain.Revisions)
        {
            var node = new ModelNode(revision) { IsViewable = chain.IsViewable(revision.Path) };
            _nodes.Add(revision.Path, node);
            Enter(node);
        }

        foreach (var node in _nodes.Values)
        {
            LinkTo(node, chain.ParentOf(node.Path));
        }
    }

    /// <summary>Is told of each revision whose whole chain has begun or ceased to open.</summary>
    internal Action<ModelNode>? ViewChanged { get; set; }

    internal IEnumerable<ModelNode> Nodes => _nodes.Values;

    internal ModelNode? Find(string path) => _nodes.GetValueOrDefault(path);

    internal IReadOnlyList<ModelNode> WithId(string id) => _byId.TryGetValue(id, out var nodes) ? nodes : [];

    /// <summary>Puts a revision at its path, in place of what is there.</summary>
    internal void Put(DiskRevision revision)
    {
        if (_nodes.TryGetValue(revision.Path, out var node))
        {
            Leave(node);
            node.Revision = revision;
            node.IsLeftover = false;
        }
        else
        {
            _nodes.Add(revision.Path, node = new ModelNode(revision));
        }

        Enter(node);
        Link(node);
        Relink(revision.Directory, revision.Id);
        Refresh(node);
    }

    internal void Remove(string path)
    {
        if (_nodes.Remove(path, out var node))
        {
            Leave(node);
        }
    }

    /// <summary>Takes a node out of all links; its children look for another parent of the same id.</summary>
    private void Leave(ModelNode node)
    {
        var revision = node.Revision;
        _byId[revision.Id].Remove(node);
        if (revision.ParentId is { } parentId)
        {
            _byParentId[parentId].Remove(node);
        }

        node.Parent?.Children.Remove(node);
        node.Parent = null;
        Relink(revision.Directory, revision.Id);
    }

    private void Relink(string directory, string id)
    {
        if (!_byParentId.TryGetValue(id, out var deltas))
        {
            return;
        }

        foreach (var delta in deltas)
        {
            if (delta.Revision.Directory == directory)
            {
                delta.Parent?.Children.Remove(delta);
                Link(delta);
                Refresh(delta);
            }
        }
    }

    private void Link(ModelNode node)
    {
        List<DiskRevision> candidates = [];
        foreach (var candidate in node.Revision.ParentId is { } id ? WithId(id) : [])
        {
            if (candidate.Revision.Directory == node.Revision.Directory)
            {
                candidates.Add(candidate.Revision);
            }
        }

        LinkTo(node, ChainLinks.ParentOf(node.Revision, candidates));
    }

    private void LinkTo(ModelNode node, DiskRevision? parent)
    {
        node.Parent = parent is null ? null : _nodes[parent.Path];
        node.Parent?.Children.Add(node);
    }

    /// <summary>Finds out anew whether a node and its descendants open; stops where nothing changes.</summary>
    private void Refresh(ModelNode start)
    {
        var pending = new Stack<ModelNode>();
        pending.Push(start);
        while (pending.TryPop(out var node))
        {
            var isViewable = node.Revision.IsReadable && (!node.Revision.IsDelta || node.Parent is { IsViewable: true });
            if (isViewable == node.IsViewable)
            {
                continue;
            }

            node.IsViewable = isViewable;
            ViewChanged?.Invoke(node);
            foreach (var child in node.Children)
            {
                pending.Push(child);
            }
        }
    }

    private void Enter(ModelNode node)
    {
        Enter(_byId, node.Revision.Id, node);
        if (node.Revision.ParentId is { } parentId)
        {
            Enter(_byParentId, parentId, node);
        }
    }

    private static void Enter(Dictionary<string, List<ModelNode>> index, string key, ModelNode node)
    {
        if (!index.TryGetValue(key, out var nodes))
        {
            index.Add(key, nodes = new List<ModelNode>(1));
        }

        nodes.Add(node);
    }
}
