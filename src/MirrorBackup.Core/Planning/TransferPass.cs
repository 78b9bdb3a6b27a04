using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>
/// Goes once through what the source has to offer to one destination, and brings each point to it that can be brought, as if
/// nothing were ever retired: what a later point stands on stays until the end of a plan.
/// </summary>
internal sealed class TransferPass
{
    private readonly SourceView _view;
    private readonly NewPoints _newPoints;
    private readonly StepBuilder _builder;
    private readonly IReadOnlyDictionary<PointId, StepReason> _skipped;
    private List<RestorePoint>? _restored;

    private TransferPass(
        SourceView view, NewPoints newPoints, DestinationStart start, PlanningOptions options, IReadOnlyDictionary<PointId, StepReason> skipped)
    {
        _view = view;
        _newPoints = newPoints;
        _skipped = skipped;
        Model = start.TakeModel();
        _builder = new StepBuilder(view, Model, start.Chain, start.Request, options);
    }

    /// <summary>The destination with everything that is sent.</summary>
    internal DestinationModel Model { get; }

    internal List<PointOutcome> Outcomes { get; } = [];

    /// <summary>Runs a pass.</summary>
    /// <param name="view">The source.</param>
    /// <param name="newPoints">What it has to offer.</param>
    /// <param name="start">The destination.</param>
    /// <param name="options">The choices of the job.</param>
    /// <param name="skipped">New points that are to be left out, and why.</param>
    /// <param name="refused">Points, healed ones included, that are not to be sent because of a conflict.</param>
    internal static TransferPass Run(
        SourceView view,
        NewPoints newPoints,
        DestinationStart start,
        PlanningOptions options,
        IReadOnlyDictionary<PointId, StepReason> skipped,
        IReadOnlyDictionary<PointId, RouteFailure> refused)
    {
        var pass = new TransferPass(view, newPoints, start, options, skipped);
        pass.Model.Restored = point => pass._restored?.Add(point);
        foreach (var point in newPoints.Points)
        {
            var outcome = refused.TryGetValue(point.Id, out var refusal) ? new PointOutcome(point, null, refusal) : pass.Handle(point);
            if (outcome is null)
            {
                continue;
            }

            pass.Outcomes.Add(outcome);
            pass._restored = outcome.Restored;
            if (outcome.Step is { } step)
            {
                pass.Model.Apply(step);
            }
        }

        pass._restored = null;
        return pass;
    }

    private bool IsPresent(PointId id)
    {
        foreach (var point in Model.Find(id))
        {
            if (Model.IsRestorable(point))
            {
                return true;
            }
        }

        return false;
    }

    private PointOutcome? Handle(RestorePoint point)
    {
        // An earlier step may have healed it: its own data was intact, only an ancestor was broken.
        if (IsPresent(point.Id))
        {
            return null;
        }

        if (_view.FilteredOut.Contains(point.Id))
        {
            return Skip(point, new StepReason(StepReasonKind.ExcludedByFilter, "the filter of the job excludes it"));
        }

        if (_skipped.TryGetValue(point.Id, out var reason))
        {
            return Skip(point, reason);
        }

        RouteFailure? failure;
        MirrorStep? step = Model.Find(point.Id) is [var listed, ..]
            ? _builder.Replace(point, listed, BrokenOnDestination(point), out failure)
            : _builder.Transfer(point, NewOnSource(point), out failure);
        return new PointOutcome(point, step, failure);
    }

    private StepReason BrokenOnDestination(RestorePoint point) => _newPoints.IsRepair(point.Id)
        ? new StepReason(StepReasonKind.Repair, "repair: the destination lists it and cannot restore it, though it has a newer point in common", _newPoints.CommonOf(point.Id))
        : new StepReason(StepReasonKind.BrokenOnDestination, "the destination lists it and cannot restore it");

    private StepReason NewOnSource(RestorePoint point) => _newPoints.CommonOf(point.Id) is { } common
        ? new StepReason(StepReasonKind.NewOnSource, "newer than the newest point in common", common)
        : new StepReason(StepReasonKind.NewOnSource, "the destination has no point of its job in common");

    private static PointOutcome Skip(RestorePoint point, StepReason reason) =>
        new(point, new SkipStep { Point = point, Reason = reason }, null);
}
