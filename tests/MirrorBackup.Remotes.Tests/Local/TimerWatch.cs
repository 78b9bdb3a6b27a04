using System.Threading.Channels;
using Microsoft.Extensions.Time.Testing;

namespace MirrorBackup.Remotes.Tests.Local;

/// <summary>
/// A clock that tells when somebody begins to wait for it. Advancing it only then makes a test of waiting independent of how busy the machine is.
/// </summary>
internal sealed class TimerWatch(DateTimeOffset start) : FakeTimeProvider(start)
{
    private readonly Channel<bool> _timers = Channel.CreateUnbounded<bool>();

    /// <summary>Ends when a timer has been set that no earlier call was told of.</summary>
    public Task TimerIsSetAsync() => _timers.Reader.ReadAsync().AsTask();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        _timers.Writer.TryWrite(true);
        return timer;
    }
}
