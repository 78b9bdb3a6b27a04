using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Decides, by lineage and never by time, what becomes of data that no point lists: folded into what stands on it, or removed.</summary>
internal sealed class Consolidation(DestinationModel model)
{
    private readonly Dictionary<string, RestorePoint> _retired = new(StringComparer.Ordinal);

    internal List<PlanWarning> Warnings { get; } = [];

    /// <summary>Says that a point has been unlisted.</summary>
    internal void Retired(RestorePoint point)
    {
        foreach (var disk in point.Disks)
        {
            _retired[disk.Path] = point;
        }
    }

    /// <summary>What can be removed at once when a point has been unlisted: its revisions without children, and what they alone stood on.</summary>
    internal List<DeleteStep> Drop(RestorePoint point)
    {
        var dropped = new HashSet<ModelNode>();
        foreach (var disk in point.Disks)
        {
            for (var node = model.Graph.Find(disk.Path); node is { } current && IsDroppable(current, dropped); node = current.Parent)
            {
                dropped.Add(current);
            }
        }

        return Deletes(dropped);
    }

    /// <summary>Removes what nothing needs.</summary>
    internal List<DeleteStep> Leftovers()
    {
        var needed = NeededNodes.Of(model);
        return Deletes(model.Graph.Nodes.Where(node => !needed.Contains(node)));
    }

    /// <summary>What is to be done at the end of a plan: first what is removed, then what is folded.</summary>
    internal List<MirrorStep> Finish()
    {
        var needed = NeededNodes.Of(model);
        var steps = new List<MirrorStep>();
        steps.AddRange(Deletes(model.Graph.Nodes.Where(node => !needed.Contains(node))));
        steps.AddRange(Merges(needed));
        return steps;
    }

    private bool IsDroppable(ModelNode node, HashSet<ModelNode> dropped) =>
        !model.IsListed(node) && _retired.ContainsKey(node.Path) && !node.IsUntouchable && node.Children.TrueForAll(dropped.Contains);

    private List<DeleteStep> Deletes(IEnumerable<ModelNode> nodes)
    {
        var groups = new Dictionary<string, (RestorePoint? Point, List<ModelNode> Nodes)>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            var point = _retired.GetValueOrDefault(node.Path);
            var key = point is null ? NameOf(node.Revision.FileName) + " " : point.Name;
            if (!groups.TryGetValue(key, out var group))
            {
                groups.Add(key, group = (point, []));
            }

            group.Nodes.Add(node);
        }

        // File names grow along a chain, so that children go before their parents.
        return [.. groups
            .OrderByDescending(group => group.Key, StringComparer.Ordinal)
            .Select(group => new DeleteStep
            {
                Point = group.Value.Point,
                Paths = [.. group.Value.Nodes.Select(node => node.Path).OrderDescending(StringComparer.Ordinal)],
                ByteCount = group.Value.Nodes.Sum(node => node.Revision.AllocatedBytes),
                Reason = group.Value.Point is null
                    ? new StepReason(StepReasonKind.Leftover, "no point lists it and nothing stands on it")
                    : new StepReason(StepReasonKind.NotNeeded, "nothing that stays needs it"),
            })];
    }

    private IEnumerable<MergeStep> Merges(NodeSet needed)
    {
        var merges = new Dictionary<string, (RestorePoint Into, List<List<ModelNode>> Chains)>(StringComparer.Ordinal);
        foreach (var node in needed)
        {
            // What stands on a listed revision has nothing to fold into it.
            if (node.Parent is not { } parent || model.IsListed(parent) || !model.IsListed(node))
            {
                continue;
            }

            var chain = ChainInto(node, needed);
            if (chain.Count > 1)
            {
                var into = model.PointsAt(node.Path)[0];
                if (!merges.TryGetValue(into.Name, out var merge))
                {
                    merges.Add(into.Name, merge = (into, []));
                }

                merge.Chains.Add(chain);
            }
        }

        return merges.Values.OrderBy(merge => merge.Into.Id).ThenBy(merge => merge.Into.Name, StringComparer.Ordinal).Select(ToStep);
    }

    /// <summary>A listed revision and the unlisted ones that only it stands on; oldest first.</summary>
    private List<ModelNode> ChainInto(ModelNode survivor, NodeSet needed)
    {
        var chain = new List<ModelNode> { survivor };
        for (var next = survivor.Parent; next is { } node && !model.IsListed(node); next = node.Parent)
        {
            if (Obstacle(node, survivor, needed) is { } obstacle)
            {
                Warnings.Add(new PlanWarning(PlanWarningKind.CannotMerge, $"{node.Path}: no point lists it, but it stays: {obstacle}."));
                break;
            }

            chain.Add(node);
        }

        chain.Reverse();
        return chain;
    }

    private static string? Obstacle(ModelNode node, ModelNode survivor, NodeSet needed)
    {
        if (node.IsUntouchable || survivor.IsUntouchable)
        {
            return "an unfinished merge names it, or what stands on it";
        }

        if (!node.IsViewable || !survivor.IsViewable)
        {
            return $"{(node.IsViewable ? survivor.Path : node.Path)} cannot be read";
        }

        if (node.Revision.Form != survivor.Revision.Form)
        {
            return $"it is a {node.Revision.Form}, and what stands on it is a {survivor.Revision.Form}";
        }

        return node.Children.Count(needed.Contains) > 1 ? "several revisions that stay stand on it" : null;
    }

    private MergeStep ToStep((RestorePoint Into, List<List<ModelNode>> Chains) merge)
    {
        var folded = merge.Chains.SelectMany(chain => chain.SkipLast(1)).ToList();
        var backups = folded
            .Select(node => _retired.GetValueOrDefault(node.Path))
            .OfType<RestorePoint>()
            .DistinctBy(point => point.Name)
            .OrderBy(point => point.Id);
        return new MergeStep
        {
            Into = merge.Into,
            Backups = [.. backups],
            Disks = [.. merge.Chains
                .Select(chain => new DiskMerge(chain[^1].Revision.Disk, [.. chain.Select(node => node.Path)]))
                .OrderBy(disk => disk.Paths[^1], StringComparer.Ordinal)],
            ByteCount = merge.Chains.Sum(chain => chain.Skip(1).Sum(node => node.Revision.AllocatedBytes)),
            Reason = new StepReason(StepReasonKind.NeededByChild, "no point lists it, and a younger revision stands on it"),
        };
    }

    private static string NameOf(string fileName) =>
        fileName.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot ? fileName[..dot] : fileName;
}
