using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>A destination as it is once interrupted merges are finished: the state from which everything else is planned.</summary>
internal sealed class DestinationStart
{
    private readonly HashSet<string> _untouchable = new(StringComparer.Ordinal);
    private DestinationModel? _unused;

    internal DestinationStart(DestinationRequest request, BackupChain chain, bool repairs)
    {
        Request = request;
        Chain = chain;
        foreach (var problem in chain.Problems)
        {
            if (problem.PreventsRetiring)
            {
                Conflicts.Add(new PlanConflict(
                    PlanConflictKind.RetiringBlocked,
                    $"{problem.Path}: {problem.Message} Until this is cleared up, nothing of the VM is retired, merged or removed at {request.Name}.")
                {
                    Paths = [problem.Path],
                });
            }
        }

        IsRetiringBlocked = Conflicts.Count > 0;
        foreach (var merge in chain.PendingMerges)
        {
            Take(merge);
        }

        if (!IsRetiringBlocked)
        {
            _unused = CreateModel();
            if (new Consolidation(_unused).Leftovers() is { Count: > 0 } leftovers)
            {
                Steps.AddRange(leftovers);
                _unused = null;
            }
        }

        ToRepair = repairs ? BrokenPoints.Of(Model, request) : [];
    }

    internal DestinationRequest Request { get; }

    /// <summary>The destination as it was given.</summary>
    internal BackupChain Chain { get; }

    internal List<PlanConflict> Conflicts { get; } = [];

    /// <summary>The merges to finish, and then the leftovers to remove: what is planned after them meets neither.</summary>
    internal List<MirrorStep> Steps { get; } = [];

    /// <summary>The points that a repair concerns; none unless the job repairs.</summary>
    internal HashSet<PointId> ToRepair { get; }

    /// <summary>Whether there is doubt about what listed points need.</summary>
    internal bool IsRetiringBlocked { get; }

    /// <summary>Gives a model of this state, for the caller to change.</summary>
    internal DestinationModel TakeModel()
    {
        var model = Model;
        _unused = null;
        return model;
    }

    /// <summary>A model of this state that must not be changed.</summary>
    internal DestinationModel Model => _unused ??= CreateModel();

    private DestinationModel CreateModel()
    {
        var model = new DestinationModel(Chain);
        foreach (var step in Steps)
        {
            model.Apply(step);
        }

        foreach (var path in _untouchable)
        {
            if (model.Graph.Find(path) is { } node)
            {
                model.Graph.Mark(node.Position, NodeTraits.Untouchable);
            }
        }

        MarkLeftovers(model);
        return model;
    }

    /// <summary>A leftover is what no listed point needs, be it directly or through its descendants. It is here to stay only where nothing may be removed.</summary>
    private static void MarkLeftovers(DestinationModel model)
    {
        var needed = NeededNodes.Of(model);
        foreach (var node in model.Graph.Nodes)
        {
            if (!needed.Contains(node))
            {
                model.Graph.Mark(node.Position, NodeTraits.Leftover);
            }
        }
    }

    private void Take(PendingMerge merge)
    {
        if (Defect(merge) is { } defect)
        {
            _untouchable.UnionWith(merge.Paths.IsDefault ? [] : merge.Paths);
            Conflicts.Add(new PlanConflict(PlanConflictKind.PendingMerge, $"{merge.StatePath}: {defect} The merge is left as it is, and what it names is not touched.")
            {
                Paths = [merge.StatePath],
            });
            return;
        }

        Steps.Add(new ResumeMergeStep
        {
            Merge = merge,
            Reason = new StepReason(StepReasonKind.Interrupted, merge.IsLeftover ? "nothing that it names is left" : "an earlier run was interrupted in it"),
            ByteCount = merge.IsLeftover ? 0 : merge.Survivor!.AllocatedBytes,
        });
    }

    private string? Defect(PendingMerge merge)
    {
        if (merge.IsLeftover)
        {
            return null;
        }

        if (merge.Paths.IsDefault || merge.Paths.Length < 2 || merge.Survivor is null)
        {
            return "the merge that it describes cannot be finished: what it names is not there, or is not what it was.";
        }

        if (merge.Survivor.Path != merge.Paths[^1])
        {
            return $"the merge ends at {merge.Survivor.Path}; expected {merge.Paths[^1]}, the newest of its paths.";
        }

        if (IsRetiringBlocked)
        {
            return "it is not known what the listed points need.";
        }

        foreach (var path in merge.Paths.SkipLast(1))
        {
            if (Chain.IsListed(path))
            {
                return $"{path} is to be folded into {merge.Paths[^1]}, but a point still lists it.";
            }
        }

        return null;
    }
}
