using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Finds the new points that need not be sent, because the retention would not keep them.</summary>
internal static class SupersededPoints
{
    private static readonly StepReason Superseded = new(StepReasonKind.Superseded, "the retention would retire it before the run ends");

    private static readonly StepReason RetiredAtOnce = new(StepReasonKind.RetiredAtOnce, "the retention would retire it as soon as it is there");

    internal static Dictionary<PointId, StepReason> Find(TransferPass pass, DestinationStart start, IEnumerable<RestorePoint> initial, PlanningOptions options)
    {
        var watch = new RetentionWatch(start.Request, initial);
        var released = new HashSet<RestorePoint>(ReferenceEqualityComparer.Instance);
        var skipped = new Dictionary<PointId, StepReason>();
        foreach (var outcome in pass.Outcomes)
        {
            var surplus = watch.Add(outcome.Restored);
            released.UnionWith(surplus);
            if (!options.SkipSuperseded && CanSkip(outcome) && surplus.Contains(outcome.Written, ReferenceEqualityComparer.Instance))
            {
                skipped.Add(outcome.Point.Id, RetiredAtOnce);
            }
        }

        if (options.SkipSuperseded)
        {
            foreach (var outcome in pass.Outcomes)
            {
                if (CanSkip(outcome) && released.Contains(outcome.Written!))
                {
                    skipped.Add(outcome.Point.Id, Superseded);
                }
            }
        }

        if (!options.AllowSyntheticKeys)
        {
            KeepBases(pass, skipped);
        }

        return skipped;
    }

    /// <summary>
    /// Healing an incremental point is never left out: it makes its descendants whole for the price of one revision, and a broken
    /// point would stay listed for ever.
    /// </summary>
    private static bool CanSkip(PointOutcome outcome) =>
        outcome.Step is TransferStep || outcome.Step is ReplaceStep { Point.Id.Mode: BackupMode.Full };

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

        var seen = new HashSet<ModelNode>();
        foreach (var outcome in pass.Outcomes.Where(outcome => !skipped.ContainsKey(outcome.Point.Id)))
        {
            foreach (var disk in outcome.Disks)
            {
                for (var node = pass.Model.Graph.Find(disk.TargetPath); node is not null && seen.Add(node); node = node.Parent)
                {
                    if (keyPoints.TryGetValue(node.Path, out var point))
                    {
                        skipped.Remove(point);
                    }
                }
            }
        }
    }
}
