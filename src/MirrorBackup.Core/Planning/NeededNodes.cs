using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>The revisions that must stay: those that listed points use, those that an unfinished merge names, and all their ancestors.</summary>
internal static class NeededNodes
{
    internal static HashSet<ModelNode> Of(DestinationModel model)
    {
        var needed = Of(model, _ => true);
        foreach (var node in model.Graph.Nodes)
        {
            if (node.IsUntouchable)
            {
                Add(needed, model, node);
            }
        }

        return needed;
    }

    /// <summary>Those that some of the listed points use, and all their ancestors.</summary>
    internal static HashSet<ModelNode> Of(DestinationModel model, Func<RestorePoint, bool> counts)
    {
        var needed = new HashSet<ModelNode>();
        foreach (var point in model.Points)
        {
            foreach (var disk in counts(point) ? point.Disks : [])
            {
                Add(needed, model, model.Graph.Find(disk.Path));
            }
        }

        return needed;
    }

    private static void Add(HashSet<ModelNode> needed, DestinationModel model, ModelNode? node)
    {
        while (node is not null && needed.Add(node))
        {
            // A parent that cannot be read has no id that links it, but the name by which its delta knows it.
            node = node.Parent ?? (node.Revision.ParentPath is { } path ? model.Graph.Find(path) : null);
        }
    }
}
