using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Gathers what is worth to be known about the plan of one destination.</summary>
internal sealed class PlanWarnings(SourceView view, BackupChain destination, DestinationRequest request, DateTimeOffset now)
{
    internal ImmutableArray<PlanWarning> Of(TransferPass pass, PlanAssembly assembly, PlanForecast forecast)
    {
        var warnings = new List<PlanWarning>(view.Warnings);
        AddFuturePoints(warnings);
        warnings.AddRange(assembly.Warnings);
        AddUnreadablePoints(warnings, pass.Model);
        AddJobsWithoutPoint(warnings, pass);
        AddProblems(warnings);
        if (FreeSpace.Warn(forecast, request) is { } space)
        {
            warnings.Add(space);
        }

        return [.. warnings];
    }

    private void AddFuturePoints(List<PlanWarning> warnings)
    {
        var limit = now.ToUnixTimeMilliseconds();
        foreach (var point in view.Ordered)
        {
            if (point.Id.Timestamp > limit)
            {
                warnings.Add(new PlanWarning(PlanWarningKind.FutureTimestamp, $"The source point {point.Name} is dated after the instant of planning: check the clocks.", point.Id));
            }
        }
    }

    private void AddUnreadablePoints(List<PlanWarning> warnings, DestinationModel model)
    {
        foreach (var point in model.Unrestorable().OrderBy(point => point.Id).ThenBy(point => point.Name, StringComparer.Ordinal))
        {
            warnings.Add(new PlanWarning(
                PlanWarningKind.UnreadablePoint, $"{request.Name} lists {point.Name} and cannot restore it; it is neither counted nor retired.", point.Id));
        }
    }

    private void AddJobsWithoutPoint(List<PlanWarning> warnings, TransferPass pass)
    {
        var failed = pass.Outcomes.Where(outcome => outcome.Failure is not null).Select(outcome => outcome.Point.Id).ToHashSet();
        foreach (var job in view.Jobs)
        {
            var newest = job.FindLast(point => !failed.Contains(point.Id) && !view.FilteredOut.Contains(point.Id));
            if (newest is not null && pass.Model.Find(newest.Id).Count == 0)
            {
                warnings.Add(new PlanWarning(
                    PlanWarningKind.JobWithoutPoint, $"By its retention {request.Name} does not keep {newest.Name}, the newest point of job {newest.JobId} of the source.", newest.Id));
            }
        }
    }

    private void AddProblems(List<PlanWarning> warnings)
    {
        Add(warnings, view.Chain, "source");
        Add(warnings, destination, request.Name);
    }

    /// <summary>What conflicts and other warnings do not say already.</summary>
    private static void Add(List<PlanWarning> warnings, BackupChain chain, string name)
    {
        foreach (var problem in chain.Problems)
        {
            if (!problem.PreventsRetiring && problem.Kind is not (ChainProblemKind.UnreadableRevision or ChainProblemKind.MissingParent))
            {
                warnings.Add(new PlanWarning(PlanWarningKind.ChainProblem, $"{name}: {problem.Path}: {problem.Message}"));
            }
        }
    }
}
