using MirrorBackup.Disks;

namespace MirrorBackup.Transfer;

/// <summary>Copies one disk revision to any number of places, reading it once.</summary>
public static class DiskCopy
{
    /// <summary>
    /// Reads every allocated block in ascending order and hands it to each target. Each goes at its own pace within the bounds of its queue;
    /// one that fails, stalls or is stopped leaves, and the others go on. Nothing becomes visible before the source was read to its end and
    /// <paramref name="verify"/> had nothing to say against it; then each target completes by itself.
    /// </summary>
    /// <param name="source">The revision; stays open. A delta must hold whole blocks only.</param>
    /// <param name="targets">At least one. Each writer must have announced exactly the blocks of <paramref name="source"/>.</param>
    /// <param name="options">Bounds, digest, limit and counter; <see langword="null"/> for the defaults.</param>
    /// <param name="verify">
    /// Called once with the digest of what was read, if one was wanted, before any target completes: the moment to see whether the source is still what it was.
    /// Raising an exception fails every target.
    /// </param>
    /// <param name="cancellationToken">
    /// Stops everything. A target that had completed before keeps the revision, visible at its path and listed by nothing.
    /// </param>
    /// <returns>What became of each target. Failures of the source and of targets are values.</returns>
    /// <exception cref="ArgumentException"><paramref name="targets"/> is empty, or an option is out of its range.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static async Task<CopyResult> RunAsync(
        IVirtualDisk source,
        IReadOnlyList<CopyTarget<IDiskWriter>> targets,
        CopyOptions? options = null,
        Func<RevisionDigest?, CancellationToken, ValueTask>? verify = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentOutOfRangeException.ThrowIfZero(targets.Count);
        options = (options ?? new()).Check();
        var blocks = new DiskBlockSource(source, options);
        var branches = new FanOutTarget[targets.Count];
        for (var i = 0; i < branches.Length; i++)
        {
            var target = options.Storage is null ? targets[i] : StorageCopy.Verified(targets[i], VerifyAsync);
            branches[i] = new FanOutTarget(target.Name, new DiskSink(source, blocks.Blocks, target), target.Stop);
        }

        var result = await FanOut.RunAsync(
            blocks.ReadAsync,
            branches,
            [],
            options,
            VerifyAsync,
            cancellationToken).ConfigureAwait(false);
        return options.StoredBlocks is { Decodes: false } stored && blocks.Digest is { } travelled
            ? result with { Travelled = new TravelDigest(travelled, stored.Reading, stored.TakenApart) }
            : result with { Digest = blocks.Digest };

        ValueTask VerifyAsync(CancellationToken stop) => verify?.Invoke(blocks.Digest, stop) ?? ValueTask.CompletedTask;
    }
}
