using System.Collections.Immutable;
using MirrorBackup.Planning;

namespace MirrorBackup.Mirroring;

/// <summary>What became of the steps at one destination, in their order.</summary>
internal sealed class StepJournal(TimeProvider time)
{
    private readonly List<StepReport> _reports = [];

    /// <summary>Notes a step that was begun.</summary>
    public void Add(MirrorStep step, MirrorOutcome outcome, StepWork work, Exception? error) => _reports.Add(NewReport(step, outcome) with
    {
        BytesRead = work.BytesRead,
        BytesWritten = work.BytesWritten,
        Disks = work.Disks,
        Duration = time.GetElapsedTime(work.Started),
        Error = error is null ? null : ReportedError.From(error),
    });

    /// <summary>All that was noted, and what was planned and never begun.</summary>
    public ImmutableArray<StepReport> With(IEnumerable<MirrorStep> notBegun) =>
        [.. _reports, .. notBegun.Select(static step => NewReport(step, MirrorOutcome.NotRun))];

    private static StepReport NewReport(MirrorStep step, MirrorOutcome outcome) => new()
    {
        Kind = PlanJson.KindOf(step),
        Points = StepPoints.NamesOf(step),
        Reason = step.Reason.Text,
        Outcome = outcome,
    };
}
