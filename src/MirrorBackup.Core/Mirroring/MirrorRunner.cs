using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using MirrorBackup.Backups;
using MirrorBackup.Planning;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Transfer;

namespace MirrorBackup.Mirroring;

/// <summary>Runs mirror jobs: plans each VM under its locks and does what the plans say. Thread-safe; holds nothing between runs.</summary>
/// <param name="logger">Where to log; <see langword="null"/>: nowhere.</param>
/// <param name="timeProvider">The clock; <see langword="null"/>: the system's.</param>
public sealed class MirrorRunner(ILogger<MirrorRunner>? logger = null, TimeProvider? timeProvider = null)
{
    private readonly ILogger _logger = logger ?? NullLogger<MirrorRunner>.Instance;
    private readonly TimeProvider _time = timeProvider ?? TimeProvider.System;

    /// <summary>Mirrors every VM of the source that passes the filter.</summary>
    /// <param name="job">What to do.</param>
    /// <param name="progress">Where to report how far the run is; called from the threads that work.</param>
    /// <param name="cancellationToken">
    /// Stops the run: what was listed stays listed, nothing half is listed, locks are released, and the next run does the rest.
    /// </param>
    /// <returns>What was done. A VM or a destination that failed is in the report, not an exception.</returns>
    /// <exception cref="MirrorBackupException">The job cannot be run at all, or the VMs of the source cannot be listed.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public async Task<MirrorReport> RunAsync(MirrorJob job, IProgress<MirrorProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        job.EnsureValid();
        var (started, clock) = (_time.GetUtcNow(), _time.GetTimestamp());
        _logger.RunStarted(job.Name, ModeOf(job), job.Source.Name, job.Destinations.Count);
        var tracker = new ProgressTracker(progress, _time);
        var context = await OpenAsync(job, tracker, cancellationToken).ConfigureAwait(false);
        var reports = await RunVmsAsync(context, cancellationToken).ConfigureAwait(false);
        var report = new MirrorReport
        {
            JobName = job.Name,
            JobId = job.Id,
            Mode = ModeOf(job),
            Started = started,
            Duration = _time.GetElapsedTime(clock),
            Outcome = reports.Length == 0 ? MirrorOutcome.UpToDate : reports.Max(static vm => vm.Outcome),
            Vms = reports,
            BytesRead = tracker.BytesRead,
            BytesWritten = tracker.BytesWritten,
        };
        _logger.RunEnded(job.Name, report.Outcome, reports.Length, report.BytesRead, report.BytesWritten, report.Duration);
        tracker.Begin($"{job.Name}: {report.Outcome}");
        return report;
    }

    /// <summary>Plans without locking, writing or running anything: a preview, which the world may overtake.</summary>
    /// <param name="job">What to plan.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>A plan for each VM that passes the filter and has backups of the job's mode on the source.</returns>
    /// <exception cref="MirrorBackupException">The job cannot be run, or a remote cannot be read.</exception>
    public async Task<ImmutableArray<MirrorPlan>> PlanAsync(MirrorJob job, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(job);
        job.EnsureValid();
        var context = await OpenAsync(job, new ProgressTracker(null, _time), cancellationToken).ConfigureAwait(false);
        var plans = ImmutableArray.CreateBuilder<MirrorPlan>();
        foreach (var vmId in await ListVmsAsync(context, cancellationToken).ConfigureAwait(false))
        {
            if (await VmPreview.PlanAsync(context, vmId, cancellationToken).ConfigureAwait(false) is { } plan)
            {
                plans.Add(plan);
            }
        }

        return plans.ToImmutable();
    }

    private static async Task<ImmutableArray<VmReport>> RunVmsAsync(RunContext context, CancellationToken cancellationToken)
    {
        var vms = await ListVmsAsync(context, cancellationToken).ConfigureAwait(false);
        context.Progress.AddVms(vms.Length);
        var reports = new ConcurrentDictionary<string, VmReport>(StringComparer.Ordinal);
        var settled = await SettledVms.OpenAsync(context, cancellationToken).ConfigureAwait(false);
        foreach (var report in await settled.FindAsync(vms, cancellationToken).ConfigureAwait(false))
        {
            reports[report.VmId] = report;
            context.Progress.EndVm(report.VmId);
        }

        var pending = vms.RemoveAll(reports.ContainsKey);
        for (var attempt = 1; pending.Length > 0 && attempt <= context.Job.Retries + 1; attempt++)
        {
            // The others come first: what made a VM fail, such as a lock, may have passed by then.
            var number = attempt;
            await Parallel.ForEachAsync(
                pending,
                new ParallelOptions { MaxDegreeOfParallelism = context.Job.Concurrency, CancellationToken = cancellationToken },
                async (vmId, stop) =>
                {
                    var run = new VmRun(context, vmId, number);
                    var report = reports[vmId] = await run.RunAsync(stop).ConfigureAwait(false);
                    if (run.IsSettled)
                    {
                        settled.Add(report);
                    }

                    if (report.Outcome != MirrorOutcome.Failed || number > context.Job.Retries)
                    {
                        context.Progress.EndVm(vmId);
                    }
                }).ConfigureAwait(false);
            pending = [.. pending.Where(vmId => reports[vmId].Outcome == MirrorOutcome.Failed)];
        }

        await settled.SaveAsync(cancellationToken).ConfigureAwait(false);
        return [.. vms.Select(vmId => reports[vmId])];
    }

    private static async Task<ImmutableArray<string>> ListVmsAsync(RunContext context, CancellationToken cancellationToken)
    {
        var vms = await context.Source.ListVmsAsync(cancellationToken).ConfigureAwait(false);
        return [.. vms.Where(context.Job.Filter.MatchesId)];
    }

    private async Task<RunContext> OpenAsync(MirrorJob job, ProgressTracker progress, CancellationToken cancellationToken)
    {
        var source = await BackupRepository.OpenAsync(new ReadOnlyRemote(job.Source), null, cancellationToken).ConfigureAwait(false);
        var destinations = await Task.WhenAll(job.Destinations.Select(destination => OpenAsync(destination, cancellationToken))).ConfigureAwait(false);
        var throttle = job.MaxBytesPerSecond is { } limit ? new Throttle(limit, _time) : null;
        return new RunContext(job, source, destinations, throttle, progress, _time, _logger);
    }

    private static async Task<RunDestination> OpenAsync(MirrorDestination definition, CancellationToken cancellationToken)
    {
        try
        {
            return new RunDestination(definition, await BackupRepository.OpenAsync(definition.Remote, null, cancellationToken).ConfigureAwait(false), null);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return new RunDestination(definition, null, error);
        }
    }

    private static string ModeOf(MirrorJob job) => job.Mode == BackupMode.Full ? "full" : "incremental";
}
