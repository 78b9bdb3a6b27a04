using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>The revisions that must stay: those that listed points use, those that an unfinished merge names, and all their ancestors.</summary>
internal static class NeededNodes
{
    internal static NodeSet Of(DestinationModel model)
    {
        var needed = new NodeSet(model.Graph);
        model.AddNeeded(needed, counts: null);
        foreach (var node in model.Graph.Nodes)
        {
            if (node.IsUntouchable)
            {
                needed.AddWithAncestors(node.Position);
            }
        }

        return needed;
    }

    /// <summary>Those that some of the listed points use, and all their ancestors.</summary>
    internal static NodeSet Of(DestinationModel model, Func<RestorePoint, bool> counts)
    {
        var needed = new NodeSet(model.Graph);
        model.AddNeeded(needed, counts);
        return needed;
    }
}
