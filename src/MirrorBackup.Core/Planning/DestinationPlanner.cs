using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Plans one destination; knows nothing of the others.</summary>
internal sealed class DestinationPlanner(SourceView view, DestinationRequest request, MirrorRequest mirror)
{
    // The letters are common to all destinations, and given when all of them are planned.
    private static readonly PointNames NoNames = PointNames.Of();

    private readonly BackupChain _chain = BackupChain.From(request.Chain);

    internal DestinationPlan Plan(string sourceHash)
    {
        var fingerprint = PlanFingerprint.OfDestination(sourceHash, request, _chain);
        if (view.IsExcluded)
        {
            return Finish([], [], [], _chain, new SpaceUse().ToForecast(), fingerprint);
        }

        var start = new DestinationStart(request, _chain, mirror.Options.Repair);
        var initial = Restorable(start);
        var (pass, assembly) = new Selection(view, start, initial, mirror.Options).Choose();
        var result = pass.Model.ToChain();
        var forecast = assembly.Space.ToForecast();
        var conflicts = Conflicts(start, pass, assembly, result);
        var warnings = new PlanWarnings(view, _chain, request, mirror.Now).Of(pass, assembly, forecast);
        return Finish(assembly.Steps, conflicts, warnings, result, forecast, fingerprint);
    }

    /// <summary>The points that can be restored once interrupted merges are finished, in order of time.</summary>
    private ImmutableArray<RestorePoint> Restorable(DestinationStart start)
    {
        var broken = start.Model.Unrestorable().ToHashSet(ReferenceEqualityComparer.Instance);
        return broken.Count == 0 ? _chain.Points : _chain.Points.RemoveAll(broken.Contains);
    }

    private ImmutableArray<PlanConflict> Conflicts(DestinationStart start, TransferPass pass, PlanAssembly assembly, BackupChain result)
    {
        var log = new ConflictLog();
        log.AddRange(view.Conflicts);
        log.AddRange(start.Conflicts);
        log.AddRange(assembly.Conflicts);
        foreach (var outcome in pass.Outcomes)
        {
            if (outcome.Failure is { } failure)
            {
                log.Add(failure, outcome.Point.Id);
            }
        }

        new Irreparable(view, result, request.Name).Report(start.ToRepair, log);
        return log.ToImmutable();
    }

    private DestinationPlan Finish(
        IEnumerable<MirrorStep> steps,
        ImmutableArray<PlanConflict> conflicts,
        ImmutableArray<PlanWarning> warnings,
        BackupChain result,
        PlanForecast forecast,
        string fingerprint) => new()
        {
            Name = request.Name,
            Steps = [.. steps],
            Conflicts = conflicts,
            Warnings = warnings,
            Source = view.Chain,
            Names = NoNames,
            Before = _chain,
            Result = result,
            Retention = request.Retention,
            OutOfScope = OutOfScope(),
            Forecast = forecast,
            Fingerprint = fingerprint,
        };

    private ImmutableArray<OutOfScopeGroup> OutOfScope() =>
        [.. _chain.Points
            .Where(point => !request.Counts(point))
            .GroupBy(point => (point.JobId, point.ScheduleId))
            .OrderBy(group => group.Key.JobId, StringComparer.Ordinal)
            .ThenBy(group => group.Key.ScheduleId, StringComparer.Ordinal)
            .Select(group => new OutOfScopeGroup(group.Key.JobId, group.Key.ScheduleId, group.Count()))];
}
