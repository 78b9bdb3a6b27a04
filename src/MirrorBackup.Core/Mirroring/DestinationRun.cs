using System.Collections.Immutable;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using MirrorBackup.Backups;
using MirrorBackup.Planning;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Mirroring;

/// <summary>
/// One destination in the run of one VM: its lock, its catalogue, its plan and where the plan stands. What fails here stays here:
/// <see cref="Error"/> is set, the destination leaves the run, and the others never notice. One caller at a time.
/// </summary>
internal sealed partial class DestinationRun : IAsyncDisposable
{
    private readonly RunContext _context;
    private readonly RunDestination _destination;
    private readonly string _vmId;
    private readonly StepJournal _journal;
    private readonly Patience _patience;
    private readonly DestinationLock _lock = new();
    private readonly List<RestorePoint> _listed = [];
    private readonly long _started;
    private VmCatalogue? _catalogue;
    private DestinationPlan? _plan;
    private string? _before;
    private bool _changed;
    private bool _hasDiscarded;
    private int _next;

    public DestinationRun(RunContext context, RunDestination destination, string vmId)
    {
        _context = context;
        _destination = destination;
        _vmId = vmId;
        _journal = new StepJournal(context.Time);
        _patience = new Patience(Name, context.Time);
        _started = context.Time.GetTimestamp();
        Error = destination.OpenError;
    }

    public string Name => _destination.Definition.Name;

    public Exception? Error { get; private set; }

    public bool IsAlive => Error is null;

    public BackupRepository Repository => _destination.Repository!;

    public RemotePath Folder => RepositoryPaths.VmFolder(_vmId);

    public DestinationRequest Request { get; private set; } = null!;

    public BackupChain Chain { get; private set; } = null!;

    public VmFolderWriter Writer { get; private set; } = null!;

    /// <summary>Checks that the lock is still ours.</summary>
    public ValueTask EnsureHeldAsync(CancellationToken cancellationToken) => _lock.EnsureHeldAsync(cancellationToken);

    public CancellationToken LockLost => _lock.Lost;

    /// <summary>The next step of the plan; null at its end, and for a destination that has left.</summary>
    public MirrorStep? Current => IsAlive && _plan is { } plan && _next < plan.Steps.Length ? plan.Steps[_next] : null;

    /// <summary>Whether the step after which nothing more is transferred has been reached.</summary>
    public bool HasTransfersLeft => Current is not null && _plan!.Steps.AsSpan()[_next..].ContainsTransfer();

    /// <summary>
    /// Whether there was nothing to do and nothing to say, so that it will be the same as long as all that the catalogue and the plan rest on stays the same.
    /// </summary>
    public bool IsSettled =>
        IsAlive
        && !_changed
        && _plan is { IsEmpty: true, Conflicts.IsEmpty: true, Warnings.IsEmpty: true, Steps.IsEmpty: true }
        && _catalogue is { IsCacheStale: false } catalogue
        && !catalogue.Problems.Any()
        && !catalogue.StrayFiles.Any(AbandonedWrites.IsAbandoned);

    /// <summary>
    /// Reads what is there, under the lock if the VM has a folder already. For one without, the lock, which would make the folder, waits
    /// until a plan has something to do.
    /// </summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await GuardAsync(
            async stop =>
            {
                if (await Repository.Remote.StatAsync(Folder, stop).ConfigureAwait(false) is not null)
                {
                    await LockAsync(stop).ConfigureAwait(false);
                }

                await LoadAsync(stop).ConfigureAwait(false);
            },
            cancellationToken).ConfigureAwait(false);
        if (_context.Job.VerifyDestinations)
        {
            await AttemptAsync(() => VerifyAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads again what is there, after a part of a plan was done.</summary>
    public Task ReloadAsync(CancellationToken cancellationToken) => GuardAsync(LoadAsync, cancellationToken);

    /// <summary>Takes a plan.</summary>
    /// <returns>False if the catalogue had to be read again under the lock, so that the plan rests on nothing.</returns>
    public async Task<bool> BeginAsync(DestinationPlan plan, CancellationToken cancellationToken)
    {
        if (_lock.Held is null && !plan.IsEmpty && Repository.Remote.Capabilities.SupportsLocks)
        {
            await GuardAsync(
                async stop =>
                {
                    await LockAsync(stop).ConfigureAwait(false);
                    await LoadAsync(stop).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
            return false;
        }

        _plan = plan;
        _next = 0;
        _context.Logger.Planned(
            _vmId, Name, plan.Steps.Length, plan.Conflicts.Length, ChainNotation.Format(plan.Before, plan.Names), ChainNotation.Format(plan.Result, plan.Names));
        _before ??= ChainNotation.Format(plan.Before, plan.Names);

        // Once: what a transfer of this run leaves to be resumed is for the next run, even if this one goes on without it.
        if (!_hasDiscarded && (_lock.Held is not null || !Repository.Remote.Capabilities.SupportsLocks))
        {
            _hasDiscarded = true;
            await GuardAsync(stop => DiscardAsync(plan, stop), cancellationToken).ConfigureAwait(false);
        }

        return true;
    }

    /// <summary>Does the steps up to the next transfer, or to the end.</summary>
    public async Task RunToTransferAsync(CancellationToken cancellationToken)
    {
        while (Current is { } step and not (TransferStep or ReplaceStep))
        {
            await RunStepAsync(
                step,
                async (work, stop) =>
                {
                    work.BytesWritten = await StepExecution.RunAsync(this, step, stop).ConfigureAwait(false);
                    _context.Progress.Add(0, work.BytesWritten);
                },
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Does the current step by <paramref name="action"/>, and reports it. A failure makes the destination leave.</summary>
    public async Task RunStepAsync(MirrorStep step, Func<StepWork, CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        Debug.Assert(ReferenceEquals(step, Current), "Steps are done in the order of the plan.");
        var work = new StepWork { Started = _context.Time.GetTimestamp() };
        _context.Progress.Begin($"{_vmId} → {Name}: {PlanJson.KindOf(step)}");
        try
        {
            var limit = step is MergeStep or ResumeMergeStep ? Timeout.InfiniteTimeSpan : _context.Job.StallTimeout;
            await _patience.RunAsync(stop => action(work, stop), limit, cancellationToken).ConfigureAwait(false);
            _changed |= step is not SkipStep;
            _damage.Forget(step);
            Note(step);
            _journal.Add(step, MirrorOutcome.Succeeded, work, null);
            _context.Logger.StepDone(_vmId, Name, PlanJson.KindOf(step), _context.Time.GetElapsedTime(work.Started), work.BytesWritten);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            _changed = true;
            throw;
        }
        catch (SourceDefectException defect)
        {
            // Nothing was listed or unlisted, so that the cache is as good as it was.
            _journal.Add(step, defect.MayPass ? MirrorOutcome.NotRun : MirrorOutcome.Failed, work, defect.Cause);
        }
        catch (Exception error)
        {
            _changed = true;
            var cause = await _lock.CauseOfAsync(error).ConfigureAwait(false);
            _journal.Add(step, MirrorOutcome.Failed, work, cause);
            _context.Logger.StepFailed(cause, _vmId, Name, PlanJson.KindOf(step));
            Fail(cause);
        }

        _next++;
    }

    /// <summary>Tries to clear something away; best effort, and never for long.</summary>
    public Task TryAsync(Func<CancellationToken, Task> action) => _patience.TryAsync(action);

    /// <summary>Makes the destination leave the run of this VM.</summary>
    public void Fail(Exception error)
    {
        if (Error is null)
        {
            Error = error;
            _context.Logger.DestinationFailed(error, _vmId, Name);
        }
    }

    /// <summary>The labels of long-term retention that a new point carries.</summary>
    public ImmutableArray<string> TagsOf(RestorePoint added) =>
        Request.Retention.TagsOf(_listed.Where(Request.Counts).Select(static point => point.Id.Timestamp), added.Id.Timestamp);

    /// <summary>Writes the list cache from what is there, if anything was changed. It can always be made anew, so a failure is only logged.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        // A crash before the end of an earlier run may have left the cache as it was, or none.
        if (!_changed && !(IsAlive && _hasDiscarded && _catalogue is { IsCacheStale: true }))
        {
            return;
        }

        try
        {
            await _patience.RunAsync(Writer.RewriteCacheAsync, _context.Job.StallTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            _context.Logger.CacheNotWritten(error, _vmId, Name);
        }
    }

    public ValueTask DisposeAsync() => _lock.ReleaseAsync(_patience.LeftBehind);

    private async Task DiscardAsync(DestinationPlan plan, CancellationToken cancellationToken)
    {
        if (_lock.Held is not null)
        {
            await AbandonedWrites.RemoveAsync(Writer, _catalogue!.StrayFiles, cancellationToken).ConfigureAwait(false);
        }

        await StagedTransfers.DiscardAsync(Repository.Remote, Folder, StepPoints.TargetsOf(plan, Folder), EnsureHeldAsync, cancellationToken).ConfigureAwait(false);
    }

    private Task LockAsync(CancellationToken cancellationToken) =>
        _lock.TakeAsync(Repository.Remote, Folder, new LockOptions(_context.Job.LockTimeout, $"mirror job {_context.Job.Name}"), cancellationToken);

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        _catalogue = await Repository.LoadAsync(_vmId, cancellationToken).ConfigureAwait(false);
        Chain = _damage.In(_catalogue.Chain(_context.Job.Mode));
        Writer = Repository.Write(_vmId, _lock.Held);
        _plan = null;
        _listed.Clear();
        _listed.AddRange(Chain.Points);
        Request = DestinationRequests.Create(
            _context.Job,
            _destination.Definition,
            Chain,
            await Repository.Remote.GetAvailableBytesAsync(cancellationToken).ConfigureAwait(false));
    }

    private Task GuardAsync(Func<CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        var (stall, waiting) = (_context.Job.StallTimeout, _context.Job.LockTimeout);
        return AttemptAsync(
            () => _patience.RunAsync(action, stall == Timeout.InfiniteTimeSpan ? stall : stall + waiting, cancellationToken), cancellationToken);
    }

    private async Task AttemptAsync(Func<Task> action, CancellationToken cancellationToken)
    {
        if (!IsAlive)
        {
            return;
        }

        try
        {
            await action().ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            Fail(error);
        }
    }

    private void Note(MirrorStep step)
    {
        switch (step)
        {
            case TransferStep transfer:
                _listed.Add(transfer.Written);
                break;
            case UnlistStep unlist:
                _listed.RemoveAll(point => point.Name == unlist.Point.Name);
                break;
        }
    }
}
