using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace MirrorBackup.Transfer;

/// <summary>
/// One target of a fan-out: a bounded queue and the task that empties it. Whatever happens here stays here; when the branch ends, its
/// queue refuses further blocks and those that wait in it are released.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "The source of tokens may be cancelled after the branch has ended; it holds no timer, and what is registered with it is this alone.")]
internal sealed class FanOutBranch
{
    private readonly Channel<BlockLease> _blocks;
    private readonly IFanOutSink _sink;
    private readonly CopyOptions _options;
    private readonly CancellationTokenSource _stop = new();
    private readonly ITimer _stalled;
    private readonly Action<long> _written;
    private readonly Task _pump;
    private readonly string _name;
    private Exception? _reason;
    private Exception? _error;
    private long _bytes;
    private int _moves;

    /// <summary>Starts the branch.</summary>
    /// <param name="name">For messages.</param>
    /// <param name="sink">Takes the blocks; owned.</param>
    /// <param name="options">How many blocks may wait, and for how long.</param>
    /// <param name="verified">Ends when the content may be committed.</param>
    /// <param name="written">Told the bytes of each block written.</param>
    /// <param name="ended">Called once, when the branch has ended, with or without error.</param>
    /// <param name="stopTarget">Stops the branch.</param>
    /// <param name="stopAll">Stops the branch.</param>
    public FanOutBranch(
        string name,
        IFanOutSink sink,
        CopyOptions options,
        Task verified,
        Action<long> written,
        Action<FanOutBranch> ended,
        CancellationToken stopTarget,
        CancellationToken stopAll)
    {
        _name = name;
        _sink = sink;
        _options = options;
        _written = written;
        _blocks = Channel.CreateBounded<BlockLease>(new BoundedChannelOptions(options.QueueLength) { SingleWriter = true });
        _stalled = options.TimeProvider.CreateTimer(_ => Abort(Stalled()), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _stop.Token.Register(Complete);
        _pump = Task.Run(async () =>
        {
            using (stopTarget.Register(_stop.Cancel))
            using (stopAll.Register(_stop.Cancel))
            {
                await PumpAsync(verified).ConfigureAwait(false);
            }

            ended(this);
        });
    }

    /// <summary>The error that ended the branch, so far.</summary>
    public Exception? Error => _error;

    /// <summary>What was wrong with the source, if that ended the branch.</summary>
    public Exception? SourceError { get; private set; }

    /// <summary>Hands a block over if there is room. The branch takes its own reference.</summary>
    /// <returns>False if there is none; then <see cref="SendAsync"/> waits for it, or finds that the branch has ended.</returns>
    public bool TrySend(BlockLease block)
    {
        block.Retain();
        if (_blocks.Writer.TryWrite(block))
        {
            return true;
        }

        block.Release();
        return false;
    }

    /// <summary>
    /// Waits for room and hands a block over; a branch that has ended, was told that no block follows, or stalls for too long and is stopped for it, takes nothing.
    /// One caller at a time.
    /// </summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask SendAsync(BlockLease block)
    {
        block.Retain();
        _stalled.Change(_options.StallTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            // Here, too, no token.
            await _blocks.Writer.WriteAsync(block, CancellationToken.None).ConfigureAwait(false);
        }
        catch (ChannelClosedException)
        {
            block.Release();
        }
        finally
        {
            _stalled.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>Says that no block follows.</summary>
    public void Complete() => _blocks.Writer.TryComplete();

    /// <summary>Ends the branch with an error, unless it has ended.</summary>
    public void Abort(Exception reason)
    {
        Interlocked.CompareExchange(ref _reason, reason, null);
        _blocks.Writer.TryComplete();
        _stop.Cancel();
    }

    /// <summary>
    /// Waits for the end, as long as the branch goes on: what is left in the queue and the commit may stall as any block may. One that was
    /// told to stop is waited for no longer than the grace.
    /// </summary>
    public async Task<CopyOutcome> EndAsync()
    {
        await WhileMovingAsync().ConfigureAwait(false);
        _stalled.Dispose();
        var grace = _options.StopGrace;
        try
        {
            await _pump.WaitAsync(grace, _options.TimeProvider).ConfigureAwait(false);
            return new CopyOutcome(_name, Volatile.Read(ref _bytes), _error);
        }
        catch (TimeoutException)
        {
            var reason = Volatile.Read(ref _reason)
                ?? new RemoteUnavailableException($"\"{_name}\" did not stop within {grace.TotalSeconds:0} seconds and was left behind.") { IsTransient = true };
            return new CopyOutcome(_name, Volatile.Read(ref _bytes), reason);
        }
    }

    private async Task WhileMovingAsync()
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = _stop.Token.Register(() => stopped.TrySetResult());
        var ended = Task.WhenAny(_pump, stopped.Task);
        for (var seen = Volatile.Read(ref _moves); !ended.IsCompleted;)
        {
            try
            {
                await ended.WaitAsync(_options.StallTimeout, _options.TimeProvider).ConfigureAwait(false);
            }
            catch (TimeoutException)
            {
                var moves = Volatile.Read(ref _moves);
                if (moves == seen)
                {
                    Abort(Stalled());
                }

                seen = moves;
            }
        }
    }

    private RemoteUnavailableException Stalled() =>
        new($"\"{_name}\" took no data for {_options.StallTimeout.TotalSeconds:0} seconds.") { IsTransient = true };

    private async Task PumpAsync(Task verified)
    {
        var committed = false;
        try
        {
            await _sink.OpenAsync(_stop.Token).ConfigureAwait(false);
            await WriteAllAsync().ConfigureAwait(false);
            await verified.WaitAsync(_stop.Token).ConfigureAwait(false);
            _stop.Token.ThrowIfCancellationRequested();
            Volatile.Write(ref _bytes, await _sink.CommitAsync(_stop.Token).ConfigureAwait(false));
            committed = true;
        }
        catch (Exception e)
        {
            SourceError = (e as SourceReadException)?.InnerException;
            _error = Volatile.Read(ref _reason) ?? SourceError ?? e;
            _sink.Fail(_error);
        }

        _blocks.Writer.TryComplete();
        while (_blocks.Reader.TryRead(out var block))
        {
            block.Release();
        }

        try
        {
            await _sink.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // What was committed is there, whatever closing it says; otherwise the first error is the cause.
            _error ??= committed ? null : e;
        }
    }

    private async Task WriteAllAsync()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        await Task.WhenAll(Enumerable.Range(0, _sink.MaximumOverlap).Select(_ => Task.Run(() => WriteFromQueueAsync(stop)))).ConfigureAwait(false);
        _stop.Token.ThrowIfCancellationRequested();
    }

    // One of those who write at once. The first that fails closes the queue, so that nobody waits for a block any longer, and stops the others.
    private async Task WriteFromQueueAsync(CancellationTokenSource stop)
    {
        try
        {
            // Whatever stops the branch closes its queue: a token would take several objects for each block.
            while (await _blocks.Reader.WaitToReadAsync(CancellationToken.None).ConfigureAwait(false))
            {
                while (!stop.IsCancellationRequested && _blocks.Reader.TryRead(out var block))
                {
                    await WriteAsync(block, stop.Token).ConfigureAwait(false);
                }

                stop.Token.ThrowIfCancellationRequested();
            }
        }
        catch
        {
            Complete();
            await stop.CancelAsync().ConfigureAwait(false);
            throw;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteAsync(BlockLease block, CancellationToken cancellationToken)
    {
        try
        {
            var stored = await _sink.WriteAsync(block, cancellationToken).ConfigureAwait(false);
            Interlocked.Add(ref _bytes, stored);
            Interlocked.Increment(ref _moves);
            _written(stored);
        }
        finally
        {
            block.Release();
        }
    }
}
