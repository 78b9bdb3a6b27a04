using System.Globalization;
using MirrorBackup.Remotes;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Interleaving.Tests;

/// <summary>The scheduler finds races that depend on the order, and its seed finds them again.</summary>
public sealed class SeededSchedulerTests
{
    private static readonly RemotePath s_counter = RemotePath.Parse("counter");

    [Fact]
    public async Task Seed_DecidesWhoWinsARace()
    {
        var counts = new List<int>();
        for (var seed = 0; seed < 20; seed++)
        {
            var (count, order) = await CountTwiceAsync(seed);
            var (again, sameOrder) = await CountTwiceAsync(seed);

            Assert.Equal(count, again);
            Assert.Equal(order, sameOrder);
            counts.Add(count);
        }

        // Two that read, add one and write: what one wrote may be lost, or not.
        Assert.Equal([1, 2], counts.Distinct().Order());
    }

    [Fact]
    public async Task Waiting_OneAtATime()
    {
        using var scheduler = new SeededScheduler(1);
        var (atOnce, most) = (0, 0);
        async Task WorkAsync(int number)
        {
            for (var i = 0; i < 10; i++)
            {
                await scheduler.WaitAsync(string.Create(CultureInfo.InvariantCulture, $"work {number}"), TestContext.Current.CancellationToken);
                most = Math.Max(most, Interlocked.Increment(ref atOnce));
                await Task.Yield();
                Interlocked.Decrement(ref atOnce);
            }
        }

        await Task.WhenAll(Enumerable.Range(0, 5).Select(WorkAsync));

        Assert.Equal(1, most);
        Assert.Equal(50, scheduler.Order.Count);
        Assert.NotEqual(scheduler.Order.Order(StringComparer.Ordinal), scheduler.Order);
    }

    [Fact]
    public async Task Cancelled_GivesItsTurnUp()
    {
        using var scheduler = new SeededScheduler(1);
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();

        await Assert.ThrowsAsync<TaskCanceledException>(async () => await scheduler.WaitAsync("never", stop.Token));
        await scheduler.WaitAsync("then", TestContext.Current.CancellationToken);

        Assert.Equal(["then"], scheduler.Order);
    }

    [Fact]
    public async Task Disposed_SaysSo()
    {
        var scheduler = new SeededScheduler(1);
        scheduler.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await scheduler.WaitAsync("late", TestContext.Current.CancellationToken));
    }

    private static async Task<(int Count, IReadOnlyList<string> Order)> CountTwiceAsync(int seed)
    {
        using var scheduler = new SeededScheduler(seed);
        await using var remote = new FaultyRemote(new MemoryRemote(), scheduler: scheduler);
        await remote.WriteAllAsync(s_counter, new byte[] { 0 }, default, TestContext.Current.CancellationToken);

        await Task.WhenAll(AddOneAsync(remote), AddOneAsync(remote));

        var order = scheduler.Order;
        return ((await remote.ReadAllAsync(s_counter, 1, TestContext.Current.CancellationToken))[0], order);
    }

    private static async Task AddOneAsync(FaultyRemote remote)
    {
        var count = (await remote.ReadAllAsync(s_counter, 1, TestContext.Current.CancellationToken))[0];
        await remote.WriteAllAsync(s_counter, new byte[] { (byte)(count + 1) }, default, TestContext.Current.CancellationToken);
    }
}
