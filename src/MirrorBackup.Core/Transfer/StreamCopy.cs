using System.IO.Pipelines;
using MirrorBackup.Remotes;

namespace MirrorBackup.Transfer;

/// <summary>Copies a byte stream, such as an XVA archive, to any number of uploads, reading it once.</summary>
/// <remarks>
/// Each target goes at its own pace within the bounds of its queue; one that fails, stalls or is stopped leaves, and the others go on. No
/// upload is committed before the source was read to its end, every tap has seen it, and the verification had nothing to say against it. A caller
/// that keeps the order archive, checksum, metadata writes the latter two after the call, for the targets that succeeded.
/// </remarks>
public static class StreamCopy
{
    /// <summary>Copies an open file; several pieces are read at once.</summary>
    /// <param name="source">The file; stays open. One that turns out shorter than <see cref="IRemoteFile.Length"/> fails the copy.</param>
    /// <param name="targets">At least one.</param>
    /// <param name="taps">See every byte, each in a stage of its own; they stay the caller's.</param>
    /// <param name="options">Bounds, limit and counter; <see langword="null"/> for the defaults.</param>
    /// <param name="verify">Called once when all was read, before any upload is committed. Raising an exception fails every target.</param>
    /// <param name="cancellationToken">Stops everything. A target that had committed before keeps the file.</param>
    /// <returns>What became of each target. Failures of the source, of taps and of targets are values.</returns>
    /// <exception cref="ArgumentException"><paramref name="targets"/> is empty.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static Task<CopyResult> RunAsync(
        IRemoteFile source,
        IReadOnlyList<CopyTarget<IUpload>> targets,
        IReadOnlyList<IStreamTap>? taps = null,
        CopyOptions? options = null,
        Func<CancellationToken, ValueTask>? verify = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        options = (options ?? new()).Check();
        return RunAsync(stop => StreamPieces.ReadAsync(source, options, stop), targets, taps, options, verify, cancellationToken);
    }

    /// <summary>Copies what comes out of a pipe.</summary>
    /// <param name="source">The pipe; completed on every path.</param>
    /// <param name="targets">At least one.</param>
    /// <param name="taps">See every byte, each in a stage of its own; they stay the caller's.</param>
    /// <param name="options">Bounds, limit and counter; <see langword="null"/> for the defaults.</param>
    /// <param name="verify">Called once when all was read, before any upload is committed. Raising an exception fails every target.</param>
    /// <param name="cancellationToken">Stops everything. A target that had committed before keeps the file.</param>
    /// <returns>What became of each target. Failures of the source, of taps and of targets are values.</returns>
    /// <exception cref="ArgumentException"><paramref name="targets"/> is empty.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was cancelled.</exception>
    public static async Task<CopyResult> RunAsync(
        PipeReader source,
        IReadOnlyList<CopyTarget<IUpload>> targets,
        IReadOnlyList<IStreamTap>? taps = null,
        CopyOptions? options = null,
        Func<CancellationToken, ValueTask>? verify = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(source);
        Exception? error = null;
        try
        {
            options = (options ?? new()).Check();
            var result = await RunAsync(stop => StreamPieces.ReadAsync(source, options, stop), targets, taps, options, verify, cancellationToken)
                .ConfigureAwait(false);
            error = result.SourceError;
            return result;
        }
        catch (Exception e)
        {
            error = e;
            throw;
        }
        finally
        {
            await source.CompleteAsync(error).ConfigureAwait(false);
        }
    }

    private static Task<CopyResult> RunAsync(
        Func<CancellationToken, IAsyncEnumerable<BlockLease>> source,
        IReadOnlyList<CopyTarget<IUpload>> targets,
        IReadOnlyList<IStreamTap>? taps,
        CopyOptions options,
        Func<CancellationToken, ValueTask>? verify,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentOutOfRangeException.ThrowIfZero(targets.Count);
        var branches = new FanOutTarget[targets.Count];
        for (var i = 0; i < branches.Length; i++)
        {
            var target = options.Storage is null ? targets[i] : StorageCopy.Verified(targets[i], verify);
            branches[i] = new FanOutTarget(target.Name, new UploadSink(target), target.Stop);
        }

        var sinks = new IFanOutSink[taps?.Count ?? 0];
        for (var i = 0; i < sinks.Length; i++)
        {
            sinks[i] = new TapSink(taps![i]);
        }

        return FanOut.RunAsync(source, branches, sinks, options, verify, cancellationToken);
    }
}
