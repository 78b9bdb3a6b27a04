using Microsoft.Extensions.Time.Testing;
using MirrorBackup.Transfer;

namespace MirrorBackup.Tests.Transfer;

public sealed class ThrottleTests
{
    private readonly FakeTimeProvider _time = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TakeAsync_NoLimit_PassesAtOnce()
    {
        var throttle = new Throttle(0, _time);

        await throttle.TakeAsync(long.MaxValue, Cancelled);
        Assert.True(Take(throttle, long.MaxValue).IsCompleted);
    }

    [Fact]
    public async Task TakeAsync_SecondTake_WaitsUntilTheFirstIsPaidFor()
    {
        var throttle = new Throttle(1000, _time);

        Assert.True(Take(throttle, 500).IsCompleted);
        var second = throttle.TakeAsync(2000, Cancelled).AsTask();
        var third = throttle.TakeAsync(1, Cancelled).AsTask();
        _time.Advance(TimeSpan.FromMilliseconds(499));
        Assert.False(second.IsCompleted);

        _time.Advance(TimeSpan.FromMilliseconds(1));
        await second;
        Assert.False(third.IsCompleted);

        _time.Advance(TimeSpan.FromSeconds(2));
        await third;
    }

    [Fact]
    public void TakeAsync_AfterIdleTime_SavesNothingUp()
    {
        var throttle = new Throttle(1000, _time);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.True(Take(throttle, 1000).IsCompleted);
        Assert.False(Take(throttle, 1).IsCompleted);
    }

    [Fact]
    public async Task TakeAsync_Cancelled_Throws()
    {
        var throttle = new Throttle(1, _time);
        using var stop = new CancellationTokenSource();
        await throttle.TakeAsync(long.MaxValue, Cancelled);
        var waiting = throttle.TakeAsync(1, stop.Token).AsTask();

        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }

    [Fact]
    public void TakeAsync_Negative_IsRefused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = new Throttle(-1); });
        Assert.Throws<ArgumentOutOfRangeException>(() => { _ = Take(new Throttle(1), -1); });
    }

    private static Task Take(Throttle throttle, long bytes) => throttle.TakeAsync(bytes, Cancelled).AsTask();
}
