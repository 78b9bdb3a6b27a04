using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace MirrorBackup.Transfer;

/// <summary>
/// Reads a sequence of blocks once and hands each to every target, over one bounded queue per target. A target that fails leaves;
/// the last one that leaves stops the reading; a failing source, tap or verification ends all.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A branch that was left behind may cancel the source of tokens at any later time; it holds neither timer nor registration.")]
internal sealed class FanOut
{
    private readonly CopyOptions _options;
    private readonly List<FanOutBranch> _targets = [];
    private readonly List<FanOutBranch> _taps = [];
    private readonly List<FanOutBranch> _waiting = [];
    private readonly List<ValueTask> _sending = [];
    private readonly TaskCompletionSource _verified = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly CancellationTokenSource _reading = new();
    private int _live;
    private Exception? _sourceError;

    private FanOut(CopyOptions options) => _options = options;

    /// <summary>Runs the whole copy.</summary>
    /// <param name="source">Starts the reading; the leases that it yields become this class's.</param>
    /// <param name="targets">At least one.</param>
    /// <param name="taps">See every block, in order; an error of theirs is one of the source.</param>
    /// <param name="options">Checked options.</param>
    /// <param name="verify">Called once all was read and the taps have seen it; its error is one of the source.</param>
    /// <param name="cancellationToken">Stops everything.</param>
    /// <returns>The result, without digest.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled; all branches have ended.</exception>
    public static async Task<CopyResult> RunAsync(
        Func<CancellationToken, IAsyncEnumerable<BlockLease>> source,
        IReadOnlyList<FanOutTarget> targets,
        IReadOnlyList<IFanOutSink> taps,
        CopyOptions options,
        Func<CancellationToken, ValueTask>? verify,
        CancellationToken cancellationToken)
    {
        var run = new FanOut(options);
        using var registration = cancellationToken.Register(run._reading.Cancel);
        run.Start(targets, taps, cancellationToken);
        using var ending = run._reading.Token.Register(run.StopSending);
        var sourceError = await run.FeedAsync(source, verify).ConfigureAwait(false);
        var outcomes = ImmutableArray.CreateBuilder<CopyOutcome>(targets.Count);
        outcomes.AddRange(await Task.WhenAll(run._targets.Select(target => target.EndAsync())).ConfigureAwait(false));
        await Task.WhenAll(run._taps.Select(tap => tap.EndAsync())).ConfigureAwait(false);

        cancellationToken.ThrowIfCancellationRequested();
        return new CopyResult { Outcomes = outcomes.MoveToImmutable(), BytesRead = run.BytesRead, SourceError = sourceError ?? run._sourceError };
    }

    private long BytesRead { get; set; }

    private void Start(IReadOnlyList<FanOutTarget> targets, IReadOnlyList<IFanOutSink> taps, CancellationToken cancellationToken)
    {
        _live = targets.Count;
        for (var i = 0; i < targets.Count; i++)
        {
            var target = i;
            _targets.Add(new FanOutBranch(
                targets[i].Name,
                targets[i].Sink,
                _options,
                _verified.Task,
                bytes => _options.Meter?.AddWritten(target, bytes),
                OnTargetEnded,
                targets[i].Stop,
                cancellationToken));
        }

        foreach (var tap in taps)
        {
            _taps.Add(new FanOutBranch("tap", tap, _options, Task.CompletedTask, static _ => { }, OnTapEnded, default, cancellationToken));
        }
    }

    private void OnTargetEnded(FanOutBranch target)
    {
        if (target.SourceError is { } error)
        {
            Interlocked.CompareExchange(ref _sourceError, error, null);
            _reading.Cancel();
        }

        if (Interlocked.Decrement(ref _live) == 0)
        {
            _reading.Cancel();
        }
    }

    private void OnTapEnded(FanOutBranch tap)
    {
        if (tap.Error is not null)
        {
            _reading.Cancel();
        }
    }

    private async Task<Exception?> FeedAsync(Func<CancellationToken, IAsyncEnumerable<BlockLease>> source, Func<CancellationToken, ValueTask>? verify)
    {
        try
        {
            await foreach (var block in source(_reading.Token).ConfigureAwait(false))
            {
                BytesRead += block.Length;
                await SendAsync(block).ConfigureAwait(false);
            }

            await EndTapsAsync().ConfigureAwait(false);
            if (verify is not null)
            {
                await verify(_reading.Token).ConfigureAwait(false);
            }

            _verified.SetResult();
            _targets.ForEach(static target => target.Complete());
            return null;
        }
        catch (Exception e)
        {
            // Every target left, each with its own reason: the source is not to blame.
            var sourceError = Volatile.Read(ref _sourceError);
            var allLeft = sourceError is null && e is OperationCanceledException && Volatile.Read(ref _live) == 0;
            var cause = sourceError ?? _taps.Find(static tap => tap.Error is not (null or OperationCanceledException))?.Error ?? e;
            _taps.ForEach(tap => tap.Abort(cause));
            _targets.ForEach(target => target.Abort(cause));
            return allLeft ? null : cause;
        }
    }

    // Nothing more will be read, so that nobody waits for room any longer. A tap must not take what it has got for all.
    private void StopSending()
    {
        _targets.ForEach(static target => target.Complete());
        _taps.ForEach(tap => tap.Abort(new OperationCanceledException(_reading.Token)));
    }

    private async Task EndTapsAsync()
    {
        foreach (var tap in _taps)
        {
            tap.Complete();
            var ended = await tap.EndAsync().ConfigureAwait(false);
            if (ended.Error is { } error)
            {
                throw error;
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask SendAsync(BlockLease block)
    {
        try
        {
            Offer(_taps, block);
            Offer(_targets, block);
            if (_waiting.Count > 0)
            {
                await WaitAsync(block).ConfigureAwait(false);
            }
        }
        finally
        {
            _waiting.Clear();
            block.Release();
        }
    }

    // All wait at once, and none of them fails.
    [SuppressMessage("Reliability", "CA2012", Justification = "Each is awaited once.")]
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WaitAsync(BlockLease block)
    {
        foreach (var branch in _waiting)
        {
            _sending.Add(branch.SendAsync(block));
        }

        foreach (var sending in _sending)
        {
            await sending.ConfigureAwait(false);
        }

        _sending.Clear();
        _reading.Token.ThrowIfCancellationRequested();
    }

    // First everyone with room, then all those whose queue was full at once: nobody waits for a block because of somebody else's queue.
    private void Offer(List<FanOutBranch> branches, BlockLease block)
    {
        foreach (var branch in branches)
        {
            if (!branch.TrySend(block))
            {
                _waiting.Add(branch);
            }
        }
    }
}
