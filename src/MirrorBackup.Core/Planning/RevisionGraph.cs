using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Revisions and their links, kept right while revisions come and go at a cost that grows with the change.</summary>
internal sealed class RevisionGraph
{
    private readonly Dictionary<string, ModelNode> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Directory, string Id), List<DiskRevision>> _byFolder;
    private readonly Dictionary<(string Directory, string ParentId), List<ModelNode>> _deltasOn = [];
    private readonly Dictionary<string, List<ModelNode>> _byId = new(StringComparer.Ordinal);

    internal RevisionGraph(BackupChain chain)
    {
        _byFolder = ChainLinks.ByFolderAndId(chain.Revisions);
        foreach (var revision in chain.Revisions)
        {
            var node = new ModelNode(revision) { IsViewable = chain.IsViewable(revision.Path) };
            _nodes.Add(revision.Path, node);
            Enter(_byId, revision.Id, node);
            EnterDelta(node);
        }

        foreach (var node in _nodes.Values)
        {
            Link(node);
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

        Enter(_byId, revision.Id, node);
        Enter(_byFolder, (revision.Directory, revision.Id), revision);
        EnterDelta(node);
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
        _byFolder[(revision.Directory, revision.Id)].Remove(revision);
        if (revision.ParentId is { } parentId)
        {
            _deltasOn[(revision.Directory, parentId)].Remove(node);
        }

        node.Parent?.Children.Remove(node);
        node.Parent = null;
        Relink(revision.Directory, revision.Id);
    }

    private void Relink(string directory, string id)
    {
        if (!_deltasOn.TryGetValue((directory, id), out var deltas))
        {
            return;
        }

        foreach (var delta in deltas)
        {
            delta.Parent?.Children.Remove(delta);
            Link(delta);
            Refresh(delta);
        }
    }

    private void Link(ModelNode node)
    {
        node.Parent = ChainLinks.ParentOf(node.Revision, _byFolder) is { } parent ? _nodes[parent.Path] : null;
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

    private void EnterDelta(ModelNode node)
    {
        if (node.Revision.ParentId is { } parentId)
        {
            Enter(_deltasOn, (node.Revision.Directory, parentId), node);
        }
    }

    private static void Enter<TKey, TItem>(Dictionary<TKey, List<TItem>> index, TKey key, TItem item)
        where TKey : notnull
    {
        if (!index.TryGetValue(key, out var items))
        {
            index.Add(key, items = new List<TItem>(1));
        }

        items.Add(item);
    }
}
