namespace MirrorBackup.Transfer;

/// <summary>
/// A limit on bytes per second that several copies share. A take of any size passes at once when the one before is paid for, and then
/// holds up those that follow; time in which nothing was taken is not saved up.
/// </summary>
/// <remarks>Thread-safe. Waiters pass in the order in which they came. Copies take whole blocks, so that each waits at most once per block.</remarks>
public sealed class Throttle
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _time;
    private readonly long _started;
    private double _freeAtSeconds;

    /// <summary>Creates a limit.</summary>
    /// <param name="bytesPerSecond">The most bytes per second; 0 for no limit.</param>
    /// <param name="timeProvider">The clock; <see langword="null"/> for the system's.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bytesPerSecond"/> is negative.</exception>
    public Throttle(long bytesPerSecond, TimeProvider? timeProvider = null)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytesPerSecond);
        BytesPerSecond = bytesPerSecond;
        _time = timeProvider ?? TimeProvider.System;
        _started = _time.GetTimestamp();
    }

    /// <summary>The most bytes per second; 0 for no limit.</summary>
    public long BytesPerSecond { get; }

    /// <summary>Waits until so many bytes may pass.</summary>
    /// <param name="bytes">How many; 0 passes at once.</param>
    /// <param name="cancellationToken">Stops the waiting. What was taken stays taken.</param>
    /// <returns>A task that ends when they may.</returns>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="bytes"/> is negative.</exception>
    public ValueTask TakeAsync(long bytes, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        if (BytesPerSecond == 0 || bytes == 0)
        {
            return ValueTask.CompletedTask;
        }

        double wait;
        lock (_gate)
        {
            var now = _time.GetElapsedTime(_started).TotalSeconds;
            var start = Math.Max(now, _freeAtSeconds);
            _freeAtSeconds = start + ((double)bytes / BytesPerSecond);
            wait = start - now;
        }

        return wait <= 0 ? ValueTask.CompletedTask : WaitAsync(wait, cancellationToken);
    }

    // A timer takes at most 49 days; a limit of a few bytes per second may ask for more.
    private async ValueTask WaitAsync(double seconds, CancellationToken cancellationToken)
    {
        const double Longest = 24 * 60 * 60;
        for (; seconds > Longest; seconds -= Longest)
        {
            await Task.Delay(TimeSpan.FromSeconds(Longest), _time, cancellationToken).ConfigureAwait(false);
        }

        await Task.Delay(TimeSpan.FromSeconds(seconds), _time, cancellationToken).ConfigureAwait(false);
    }
}
