using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>
/// Puts the steps of a destination into their order: interrupted merges, then each transfer with what it makes surplus, and at the
/// end, by lineage, what becomes of the data that no point lists any more.
/// </summary>
internal sealed class PlanAssembly
{
    private readonly DestinationStart _start;
    private readonly TransferPass _pass;
    private readonly PlanningOptions _options;
    private readonly RetentionWatch _watch;
    private readonly Consolidation _consolidation;
    private readonly bool _mayRetire;
    private readonly bool _dropsAtOnce;
    private List<(RestorePoint Point, PointId? Cause)> _held = [];
    private int _restorable;

    /// <summary>Prepares an assembly.</summary>
    /// <param name="start">The destination.</param>
    /// <param name="pass">What is sent; its model already holds all of it, which is what tells the data that is needed from the data that is not.</param>
    /// <param name="initial">The points that can be restored before anything is sent.</param>
    /// <param name="watch">The retention of the destination before anything is sent; it is not changed.</param>
    /// <param name="options">The choices of the job.</param>
    internal PlanAssembly(DestinationStart start, TransferPass pass, ImmutableArray<RestorePoint> initial, RetentionWatch watch, PlanningOptions options)
    {
        _start = start;
        _pass = pass;
        _options = options;
        _watch = watch.Copy();
        _consolidation = new Consolidation(pass.Model);
        _restorable = initial.Length;
        if (!start.IsRetiringBlocked && RetirementBrake.Check(start, pass, initial, watch, options) is { } brake)
        {
            Conflicts.Add(brake);
        }

        // The model is ahead of the steps: what is yet to be healed elsewhere still stands where it stood, so that nothing goes before it.
        _dropsAtOnce = pass.Model.Mode == BackupMode.Full
            || (options.DeleteFirst && !pass.Outcomes.Exists(outcome => outcome.Step is ReplaceStep));
        _mayRetire = !start.IsRetiringBlocked && Conflicts.Count == 0;
    }

    internal List<MirrorStep> Steps { get; } = [];

    internal List<PlanConflict> Conflicts { get; } = [];

    internal List<PlanWarning> Warnings { get; } = [];

    internal SpaceUse Space { get; } = new();

    /// <summary>Assembles the steps, and leaves the model of the pass in the state after the last of them.</summary>
    internal void Run()
    {
        foreach (var step in _start.Steps)
        {
            Add(step);
        }

        Hold(_watch.InitialSurplus, cause: null);
        if (_options.DeleteFirst)
        {
            RetireHeld([]);
        }

        foreach (var outcome in _pass.Outcomes)
        {
            Add(outcome);
        }

        RetireHeld([]);
        if (_mayRetire)
        {
            foreach (var step in _consolidation.Finish())
            {
                AddAndApply(step);
            }

            Warnings.AddRange(_consolidation.Warnings);
        }
        else if (!_start.IsRetiringBlocked)
        {
            // A brake holds what was listed; the old file of a disk that was healed in another form is only in the way.
            foreach (var step in _consolidation.Leftovers())
            {
                AddAndApply(step);
            }
        }
    }

    private void Add(PointOutcome outcome)
    {
        if (outcome.Step is null or SkipStep)
        {
            if (outcome.Step is not null)
            {
                Add(outcome.Step);
            }

            return;
        }

        Hold(_watch.Add(outcome.Restored), outcome.Point.Id);
        if (_options.DeleteFirst)
        {
            RetireHeld(outcome.Restored);
        }

        Add(outcome.Step);
        _restorable += outcome.Restored.Count;
        RetireHeld([]);
    }

    private void Hold(IReadOnlyList<RestorePoint> surplus, PointId? cause)
    {
        if (!_mayRetire)
        {
            return;
        }

        foreach (var point in surplus)
        {
            if (Protection(point) is { } protection)
            {
                Warnings.Add(new PlanWarning(PlanWarningKind.ProtectedPoint, $"{point.Name}: no rule of the retention keeps it, but it stays: {protection}.", point.Id));
            }
            else
            {
                _held.Add((point, cause));
            }
        }
    }

    /// <summary>Unlists what the retention has let go of, as far as it may go now.</summary>
    /// <param name="pending">What the next transfer brings, and cannot go before it.</param>
    private void RetireHeld(List<RestorePoint> pending)
    {
        var mayLeaveNone = _options is { DeleteFirst: true, MayLeaveNoPoint: true };
        var later = new List<(RestorePoint Point, PointId? Cause)>();
        foreach (var held in _held)
        {
            if (pending.Contains(held.Point) || (_restorable == 1 && !mayLeaveNone))
            {
                later.Add(held);
            }
            else
            {
                Retire(held.Point, held.Cause);
            }
        }

        _held = later;
    }

    private void Retire(RestorePoint point, PointId? cause)
    {
        var text = cause is null ? "no rule of the retention keeps it" : "no rule of the retention keeps it beside the new point";
        AddAndApply(new UnlistStep { Point = point, Reason = new StepReason(StepReasonKind.NotKept, text, cause) });
        _restorable--;
        _consolidation.Retired(point);
        if (_dropsAtOnce)
        {
            foreach (var step in _consolidation.Drop(point))
            {
                AddAndApply(step);
            }
        }
    }

    private string? Protection(RestorePoint point)
    {
        if (point.IsProtected)
        {
            return "it is protected from being removed";
        }

        foreach (var disk in point.Disks)
        {
            if (_pass.Model.Graph.Find(disk.Path) is { IsUntouchable: true })
            {
                return "an unfinished merge names one of its files";
            }
        }

        return null;
    }

    private void Add(MirrorStep step)
    {
        Steps.Add(step);
        Space.Add(step);
    }

    private void AddAndApply(MirrorStep step)
    {
        _pass.Model.Apply(step);
        Add(step);
    }
}
