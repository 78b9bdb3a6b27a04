using Microsoft.Extensions.Time.Testing;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>A clock that stands still until somebody waits for a short while, and then has that while pass at once. Longer times, which guard against what hangs, never pass.</summary>
internal sealed class ImpatientClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    private static readonly TimeSpan s_short = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime > TimeSpan.Zero && dueTime < s_short)
        {
            // On another thread: who waits has to have got the timer before it ends.
            ThreadPool.QueueUserWorkItem(_ => Advance(dueTime));
        }

        return timer;
    }
}
