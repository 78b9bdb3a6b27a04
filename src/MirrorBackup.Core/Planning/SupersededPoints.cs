using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Finds the new points that need not be sent, because the retention would not keep them.</summary>
internal static class SupersededPoints
{
    private static readonly StepReason Superseded = new(StepReasonKind.Superseded, "the retention would retire it before the run ends");

    private static readonly StepReason RetiredAtOnce = new(StepReasonKind.RetiredAtOnce, "the retention would retire it as soon as it is there");

    /// <summary>Finds them.</summary>
    /// <param name="pass">Everything that can be sent.</param>
    /// <param name="watch">The retention of the destination before anything is sent; it is told of what can be sent.</param>
    /// <param name="options">The choices of the job.</param>
    /// <param name="retired">Points that are left out anyway, unless what stays cannot do without them.</param>
    /// <returns>These and the retired ones, with their reasons.</returns>
    internal static Dictionary<PointId, StepReason> Find(
        TransferPass pass,
        RetentionWatch watch,
        PlanningOptions options,
        IReadOnlyDictionary<PointId, StepReason> retired)
    {
        var released = new HashSet<RestorePoint>(watch.InitialSurplus, ReferenceEqualityComparer.Instance);
        var brought = new List<RestorePoint>();
        var atOnce = new List<RestorePoint>();
        var added = new HashSet<RestorePoint>(ReferenceEqualityComparer.Instance);
        foreach (var outcome in pass.Outcomes.Where(outcome => !retired.ContainsKey(outcome.Point.Id)))
        {
            var surplus = watch.Add(outcome.Restored);
            released.UnionWith(surplus);
            brought.AddRange(outcome.Restored);
            atOnce.AddRange(surplus.Where(point => outcome.Restored.Contains(point, ReferenceEqualityComparer.Instance)));
            if (outcome.Step is TransferStep transfer)
            {
                added.Add(transfer.Written);
            }
        }

        var candidates = options.SkipSuperseded ? brought.FindAll(released.Contains) : atOnce;
        var skipped = new Dictionary<PointId, StepReason>(retired);
        NodeSet? needed = null;
        foreach (var point in candidates)
        {
            needed ??= NeededNodes.Of(pass.Model, kept => !released.Contains(kept) && pass.Model.IsRestorable(kept));
            if (added.Contains(point) || !Uses(pass.Model, point, needed))
            {
                skipped.TryAdd(point.Id, options.SkipSuperseded ? Superseded : RetiredAtOnce);
            }
        }

        if (!options.AllowSyntheticKeys)
        {
            KeepBases(pass, skipped);
        }

        return skipped;
    }

    /// <summary>
    /// Whether points that stay stand on a healed one. It is then healed though it goes: that makes them whole for the price of one
    /// revision. A new one that goes is collapsed into the next instead.
    /// </summary>
    private static bool Uses(DestinationModel model, RestorePoint point, NodeSet needed)
    {
        foreach (var disk in point.Disks)
        {
            if (model.Graph.Find(disk.Path) is { } node && needed.Contains(node))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Where a collapsed key is forbidden, the key that a kept point stands on must be sent though it is retired later.</summary>
    private static void KeepBases(TransferPass pass, Dictionary<PointId, StepReason> skipped)
    {
        var keyPoints = new Dictionary<string, PointId>(StringComparer.Ordinal);
        foreach (var outcome in pass.Outcomes.Where(outcome => skipped.ContainsKey(outcome.Point.Id)))
        {
            foreach (var disk in outcome.Disks)
            {
                if (disk.IsKey)
                {
                    keyPoints.Add(disk.TargetPath, outcome.Point.Id);
                }
            }
        }

        var seen = new NodeSet(pass.Model.Graph);
        foreach (var outcome in pass.Outcomes.Where(outcome => !skipped.ContainsKey(outcome.Point.Id)))
        {
            foreach (var disk in outcome.Disks)
            {
                for (var node = pass.Model.Graph.Find(disk.TargetPath); node is { } current && seen.Add(current); node = current.Parent)
                {
                    if (keyPoints.TryGetValue(current.Path, out var point))
                    {
                        skipped.Remove(point);
                    }
                }
            }
        }
    }
}
