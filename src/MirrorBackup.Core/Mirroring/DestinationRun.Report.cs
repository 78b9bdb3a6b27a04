using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Mirroring;

/// <content>What is told of it afterwards.</content>
internal sealed partial class DestinationRun
{
    public HealthCheckReport? HealthCheck { get; set; }

    public DestinationReport ToReport()
    {
        var steps = _journal.With(_plan?.Steps.Skip(_next) ?? []);
        return new DestinationReport
        {
            Name = Name,
            Outcome = OutcomeOf(steps),
            Before = _before,
            Planned = _plan is null ? null : ChainNotation.Format(_plan.Result, _plan.Names),
            Steps = steps,
            Conflicts = _plan is null ? [] : [.. _plan.Conflicts.Select(static conflict => conflict.Message)],
            Warnings = [.. _damage.Messages, .. _plan?.Warnings.Select(static warning => warning.Message) ?? []],
            HealthCheck = HealthCheck,
            Duration = _context.Time.GetElapsedTime(_started),
            Error = Error is null ? null : ReportedError.From(Error),
        };
    }

    private MirrorOutcome OutcomeOf(ImmutableArray<StepReport> steps) =>
        Error is not null || steps.Any(static step => step.Outcome == MirrorOutcome.Failed) ? MirrorOutcome.Failed
        : _plan is { } plan && _next < plan.Steps.Length ? MirrorOutcome.NotRun
        : _plan is { Conflicts.IsEmpty: false } ? MirrorOutcome.Incomplete
        : _changed ? MirrorOutcome.Succeeded
        : MirrorOutcome.UpToDate;
}
