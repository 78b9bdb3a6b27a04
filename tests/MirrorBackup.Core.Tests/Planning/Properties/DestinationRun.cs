using MirrorBackup.Backups;
using MirrorBackup.Planning;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>The plan of one destination, done step by step; what is there after every prefix can be looked at.</summary>
internal sealed class DestinationRun(HistoryWorld world, SimulatedRepository before, DestinationRequest request, DestinationPlan plan)
{
    private readonly List<Prefix> _prefixes = [];
    private PlanExecutor? _executor;

    internal SimulatedRepository Source { get; } = world.Source;

    internal SimulatedRepository Before { get; } = before;

    internal DestinationRequest Request { get; } = request;

    internal DestinationPlan Plan { get; } = plan;

    /// <summary>What is there after each step, in order.</summary>
    internal IReadOnlyList<Prefix> Prefixes
    {
        get
        {
            Run();
            return _prefixes;
        }
    }

    /// <summary>What is there once interrupted merges are finished.</summary>
    internal SimulatedRepository Start => Prefixes.LastOrDefault(prefix => prefix.Step is ResumeMergeStep)?.After ?? Before;

    internal SimulatedRepository After => Prefixes.Count == 0 ? Before : Prefixes[^1].After;

    internal PlanExecutor Executor
    {
        get
        {
            Run();
            return _executor!;
        }
    }

    /// <summary>Whether nothing of this destination may be retired, because it or the plan says so.</summary>
    internal bool IsRetiringStopped =>
        Plan.Conflicts.Any(conflict => conflict.Kind is PlanConflictKind.RetiringBlocked or PlanConflictKind.RetirementBrake);

    internal bool IsNamedByAConflict(PointId id) => Plan.Conflicts.Any(conflict => conflict.Points.Contains(id));

    /// <summary>Whether the retention would keep a point beside what is there at the end.</summary>
    internal bool WouldKeep(PointId id) =>
        Request.Retention.Decide(Counted(After).Select(point => point.Id.Timestamp).Append(id.Timestamp))[^1].IsKept;

    internal bool HasConflict(PlanConflictKind kind) => Plan.Conflicts.Any(conflict => conflict.Kind == kind);

    /// <summary>Whether the retention of the request counts a point, told apart from the request's own method.</summary>
    internal bool IsInScope(RestorePoint point)
    {
        if (Request.Scope == RetentionScope.WholeVm)
        {
            return true;
        }

        var isOfAnotherSchedule = point.ScheduleId != Request.ScheduleId && Request.KnownScheduleIds.Contains(point.ScheduleId);
        return point.JobId == Request.JobId && !isOfAnotherSchedule;
    }

    /// <summary>The restorable points that the retention counts.</summary>
    internal List<RestorePoint> Counted(SimulatedRepository repository) =>
        repository.Points.FindAll(point => IsInScope(point) && repository.IsRestorable(point));

    private void Run()
    {
        if (_executor is not null)
        {
            return;
        }

        var repository = Before.Clone();
        _executor = new PlanExecutor(world, repository);
        var last = Before;
        foreach (var step in Plan.Steps)
        {
            try
            {
                _executor.Execute(step);
            }
            catch (StepImpossibleException impossible)
            {
                throw new StepImpossibleException($"{impossible.Message}: {PlanDump.Of(step)}");
            }

            var after = repository.Clone();
            _prefixes.Add(new Prefix(last, step, after));
            last = after;
        }
    }
}

/// <summary>One step, and what was there before and after it.</summary>
internal sealed record Prefix(SimulatedRepository Before, MirrorStep Step, SimulatedRepository After);
