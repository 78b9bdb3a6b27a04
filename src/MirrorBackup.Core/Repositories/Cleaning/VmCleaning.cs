using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories.Cleaning;

/// <summary>The cleaning of one VM: read, decide and do, until nothing is left to be done.</summary>
internal sealed class VmCleaning(BackupRepository repository, string vm, CleaningOptions options, TimeProvider time, DateTimeOffset began)
{
    // What one round does can show something to the next: an alias that is gone frees a directory. More than a few rounds do not come about.
    private const int MaximumRounds = 8;

    private readonly Quarantine? _quarantine = options is { Repair: true, Quarantine: true } ? new Quarantine(repository.Remote, vm, began) : null;

    /// <summary>What was found, in the order of the work.</summary>
    public List<CleaningFinding> Findings { get; } = [];

    /// <summary>Whether anything was moved to the quarantine.</summary>
    public bool UsedQuarantine => _quarantine is { IsUsed: true };

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (!options.Repair)
            {
                Findings.AddRange(CleaningDecision.Decide(await ReadAsync(cancellationToken).ConfigureAwait(false), Rules(isLocked: false)));
                return;
            }

            var vmLock = repository.Remote.Capabilities.SupportsLocks
                ? await repository.LockAsync(vm, options.LockTimeout, cancellationToken).ConfigureAwait(false)
                : null;
            try
            {
                await CleanAsync(vmLock, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                if (vmLock is not null)
                {
                    await vmLock.DisposeAsync().ConfigureAwait(false);
                }
            }
        }
        catch (MirrorBackupException failure)
        {
            Findings.Add(NotAccessible(failure));
        }
    }

    private async Task CleanAsync(IRemoteLock? vmLock, CancellationToken cancellationToken)
    {
        var writer = repository.Write(vm, vmLock, _quarantine);
        var execution = new CleaningExecution(repository.Remote, writer, _quarantine);
        try
        {
            for (var round = 1; ; round++)
            {
                var snapshot = await ReadAsync(cancellationToken).ConfigureAwait(false);
                var found = CleaningDecision.Decide(snapshot, Rules(isLocked: vmLock is not null));
                var next = CleaningSteps.NextOf(found);
                if (next.IsEmpty || round == MaximumRounds)
                {
                    Findings.AddRange(found);
                    break;
                }

                if (await DoAsync(execution, snapshot, next, cancellationToken).ConfigureAwait(false) is { } failed)
                {
                    var done = Findings.Select(static finding => (finding.Kind, finding.Path)).ToHashSet();
                    Findings.AddRange(found.Where(finding => !done.Contains((finding.Kind, finding.Path))).Select(finding => finding.Remedy == CleaningRemedy.None
                        ? finding
                        : finding with { Action = CleaningAction.Skipped, Reason = $"{finding.Reason} Kept: the work on {failed.Path} has failed." }));
                    break;
                }
            }
        }
        finally
        {
            if (execution.NeedsCache && !cancellationToken.IsCancellationRequested)
            {
                await WriteCacheAsync(writer, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask<CleaningFinding?> DoAsync(
        CleaningExecution execution, VmSnapshot snapshot, IEnumerable<CleaningFinding> findings, CancellationToken cancellationToken)
    {
        foreach (var finding in findings)
        {
            var result = await execution.RunAsync(finding, snapshot, cancellationToken).ConfigureAwait(false);
            Findings.Add(result);
            if (result.Action == CleaningAction.Failed)
            {
                return result;
            }
        }

        return null;
    }

    // Without a cache everybody reads the metadata itself: that it cannot be written is told, and is no reason to stop.
    private async ValueTask WriteCacheAsync(VmFolderWriter writer, CancellationToken cancellationToken)
    {
        try
        {
            await writer.RewriteCacheAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (MirrorBackupException failure)
        {
            Findings.Add(new CleaningFinding(
                CleaningKind.StaleCache, vm, RepositoryPaths.CacheName, $"It was removed and could not be written anew: {failure.Message}") { Action = CleaningAction.Failed });
        }
    }

    private ValueTask<VmSnapshot> ReadAsync(CancellationToken cancellationToken) =>
        new VmSnapshotReader(repository, vm).ReadAsync(time.GetUtcNow(), cancellationToken);

    // A report says what a cleaning under the lock would do.
    private CleaningRules Rules(bool isLocked) => new(options.MinimumAge, options.Quarantine, isLocked || (!options.Repair && repository.Remote.Capabilities.SupportsLocks));

    private CleaningFinding NotAccessible(MirrorBackupException failure) => new(
        CleaningKind.NotAccessible,
        vm,
        failure.Path is { } path && path.StartsWith($"{RepositoryPaths.VmFolder(vm)}/", StringComparison.Ordinal) ? path[(RepositoryPaths.VmFolder(vm).Value.Length + 1)..] : "",
        $"{failure.Message} Nothing more of the VM was touched.") { Action = CleaningAction.Skipped };
}
