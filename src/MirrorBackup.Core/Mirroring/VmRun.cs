using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using MirrorBackup.Backups;
using MirrorBackup.Planning;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Mirroring;

/// <summary>
/// Mirrors one VM: lock, catalogue, plan and run are one scope. What turns out to be unreadable at the source is left out, and the rest is
/// planned anew; the runner itself decides nothing.
/// </summary>
internal sealed class VmRun(RunContext context, string vmId, int attempt)
{
    // A source that changes under our eyes is read again; one that does so without end is given up.
    private const int MaximumSourceReloads = 3;

    private readonly List<string> _warnings = [];
    private readonly Dictionary<string, string> _defects = new(StringComparer.Ordinal);
    private int _reloads;
    private bool _isSourceLocked;

    /// <summary>Whether there was nothing to do, and will not be as long as all that this rests on stays the same.</summary>
    public bool IsSettled { get; private set; }

    public async Task<VmReport> RunAsync(CancellationToken cancellationToken)
    {
        var started = context.Time.GetTimestamp();
        VmReport report;
        try
        {
            report = await RunLockedAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            context.Logger.VmFailed(error, vmId, attempt);
            report = new VmReport { VmId = vmId, Outcome = MirrorOutcome.Failed, Error = ReportedError.From(error) };
        }

        return report with { Attempts = attempt, Duration = context.Time.GetElapsedTime(started), Warnings = [.. _warnings] };
    }

    private async Task<VmReport> RunLockedAsync(CancellationToken cancellationToken)
    {
        var filter = context.Job.Filter;
        if (!filter.IncludeTags.IsEmpty || !filter.ExcludeTags.IsEmpty)
        {
            // Tags are in the metadata; an excluded VM must not be locked for having been looked at.
            var glance = await LoadSourceAsync(cancellationToken).ConfigureAwait(false);
            if (!filter.Matches(glance.Catalogue.Chain(context.Job.Mode)))
            {
                return Report(glance, MirrorOutcome.Excluded, []);
            }
        }

        var sourceLock = await LockSourceAsync(cancellationToken).ConfigureAwait(false);
        await using (sourceLock.ConfigureAwait(false))
        {
            var source = await LoadSourceAsync(cancellationToken).ConfigureAwait(false);
            if (source.Points.Count == 0)
            {
                return Report(source, source.Catalogue.Points.IsEmpty ? MirrorOutcome.UpToDate : MirrorOutcome.ModeMismatch, []);
            }

            return await RunDestinationsAsync(source, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<VmReport> RunDestinationsAsync(SourceBackups source, CancellationToken cancellationToken)
    {
        var destinations = context.Destinations.Select(destination => new DestinationRun(context, destination, vmId)).ToImmutableArray();
        Exception? failure = null;
        try
        {
            await Task.WhenAll(destinations.Select(destination => destination.PrepareAsync(cancellationToken))).ConfigureAwait(false);
            try
            {
                source = await PlanAndRunAsync(source, destinations, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // What was done before is there, and its report with it.
                context.Logger.VmFailed(error, vmId, attempt);
                failure = error;
            }

            IsSettled = failure is null && !source.Catalogue.Problems.Any() && _reloads == 0 && destinations.All(static destination => destination.IsSettled);
            await Task.WhenAll(destinations.Select(destination => destination.FinishAsync(cancellationToken))).ConfigureAwait(false);
        }
        finally
        {
            await Task.WhenAll(destinations.Select(static destination => destination.DisposeAsync().AsTask())).ConfigureAwait(false);
        }

        var reports = destinations.Select(static destination => destination.ToReport()).ToImmutableArray();
        var outcome = failure is null ? reports.Max(static report => report.Outcome) : MirrorOutcome.Failed;
        return Report(source, outcome, reports) with { Error = failure is null ? null : ReportedError.From(failure) };
    }

    private async Task<SourceBackups> PlanAndRunAsync(SourceBackups source, ImmutableArray<DestinationRun> destinations, CancellationToken cancellationToken)
    {
        while (true)
        {
            var alive = destinations.Where(static destination => destination.IsAlive).ToList();
            if (alive.Count == 0)
            {
                return source;
            }

            var plan = Plan(source, alive.Select(static destination => destination.Request));
            var begun = await Task.WhenAll(
                alive.Select((destination, i) => destination.BeginAsync(plan.Destinations[i], cancellationToken))).ConfigureAwait(false);
            if (begun.Contains(false))
            {
                continue;
            }

            context.Progress.AddExpected(plan.Destinations.Max(static destination => destination.Forecast.BytesToSend));
            if (await ExecuteAsync(plan, source, alive, cancellationToken).ConfigureAwait(false) is not { } defect)
            {
                return source;
            }

            source = await WithoutAsync(defect, cancellationToken).ConfigureAwait(false);
            await Task.WhenAll(alive.Select(destination => destination.ReloadAsync(cancellationToken))).ConfigureAwait(false);
        }
    }

    private async Task<SourceDefectException?> ExecuteAsync(
        MirrorPlan plan, SourceBackups source, List<DestinationRun> destinations, CancellationToken cancellationToken)
    {
        foreach (var point in plan.ReadOrder)
        {
            await Task.WhenAll(destinations.Select(destination => destination.RunToTransferAsync(cancellationToken))).ConfigureAwait(false);
            var participants = destinations.Where(destination => StepPoints.TransferredBy(destination.Current) == point).ToList();
            if (participants.Count == 0)
            {
                continue;
            }

            context.Progress.Begin($"{source.Catalogue.VmName ?? vmId}: {point}");
            if (await new TransferRound(context, source).RunAsync(participants, cancellationToken).ConfigureAwait(false) is { } defect)
            {
                return defect;
            }
        }

        await Task.WhenAll(destinations.Select(destination => destination.RunToTransferAsync(cancellationToken))).ConfigureAwait(false);
        return null;
    }

    /// <summary>What is there now, without what could not be read. A source that does not answer any more fails the VM here, not backup by backup.</summary>
    private async Task<SourceBackups> WithoutAsync(SourceDefectException defect, CancellationToken cancellationToken)
    {
        if (defect.MayPass && _reloads++ < MaximumSourceReloads)
        {
            _warnings.Add(defect.IsChange
                ? $"The source changed while it was read, and was read again: {defect.Message}"
                : $"The source could not be read, and was read again: {defect.Message}");
        }
        else if (!_defects.TryAdd(defect.RevisionPath, defect.Message))
        {
            ExceptionDispatchInfo.Throw(defect.Cause);
        }

        return await LoadSourceAsync(cancellationToken).ConfigureAwait(false);
    }

    private MirrorPlan Plan(SourceBackups source, IEnumerable<DestinationRequest> destinations) => MirrorPlanner.Plan(new MirrorRequest
    {
        Source = source,
        SourceEncryptionFingerprint = source.Remote.Capabilities.EncryptionFingerprint,
        Destinations = [.. destinations],
        Options = context.Job.Planning,
        Filter = context.Job.Filter,
        Now = context.Time.GetUtcNow(),
    });

    private async Task<SourceBackups> LoadSourceAsync(CancellationToken cancellationToken)
    {
        var catalogue = await context.Source.LoadAsync(vmId, cancellationToken).ConfigureAwait(false);
        if (!_isSourceLocked && catalogue.Problems.Any(static problem => problem.Kind is ChainProblemKind.UnreadableRevision or ChainProblemKind.MissingParent))
        {
            // Somebody may have removed or merged it between two looks at the folder; what is damaged is so in a second reading, too.
            catalogue = await context.Source.LoadAsync(vmId, cancellationToken).ConfigureAwait(false);
        }

        return new SourceBackups(context.Source.Remote, catalogue, context.Job.Mode, _defects);
    }

    private async ValueTask<IAsyncDisposable> LockSourceAsync(CancellationToken cancellationToken)
    {
        var job = context.Job;
        if (job.SourceLocking == SourceLocking.Never)
        {
            return NoLock.Instance;
        }

        try
        {
            var held = await job.Source.LockAsync(
                RepositoryPaths.VmFolder(vmId), new LockOptions(job.LockTimeout, $"mirror job {job.Name}"), cancellationToken).ConfigureAwait(false);
            _isSourceLocked = true;
            return held;
        }
        catch (Exception error) when (job.SourceLocking == SourceLocking.WhenPossible && error is NotSupportedException or RemoteAccessDeniedException)
        {
            context.Logger.SourceNotLocked(vmId);
            _warnings.Add("The source could not be locked; what was read was checked again before it was committed.");
            return NoLock.Instance;
        }
    }

    private VmReport Report(SourceBackups source, MirrorOutcome outcome, ImmutableArray<DestinationReport> destinations)
    {
        var unreadable = outcome == MirrorOutcome.Excluded ? [] : source.Catalogue.Problems.Where(static problem => problem.Kind == ChainProblemKind.UnreadableMetadata).ToList();
        _warnings.AddRange(unreadable.Select(static problem => $"A backup of the source cannot be told: {problem.Message}"));
        return new VmReport
        {
            VmId = vmId,
            VmName = source.Catalogue.VmName,

            // A backup that nobody can read is one that is not mirrored, whatever its mode was.
            Outcome = unreadable.Count > 0 && outcome < MirrorOutcome.Incomplete ? MirrorOutcome.Incomplete : outcome,
            Destinations = destinations,
        };
    }

    private sealed class NoLock : IAsyncDisposable
    {
        public static NoLock Instance { get; } = new();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
