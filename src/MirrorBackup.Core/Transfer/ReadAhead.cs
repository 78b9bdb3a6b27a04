using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace MirrorBackup.Transfer;

/// <summary>Reads several pieces at once and yields them in order.</summary>
internal static class ReadAhead
{
    /// <summary>Yields piece 0, 1, … with up to <paramref name="depth"/> reads under way.</summary>
    /// <param name="count">How many pieces there are.</param>
    /// <param name="depth">At least 1.</param>
    /// <param name="read">Reads one piece; the lease belongs to the caller.</param>
    /// <param name="cancellationToken">Stops all reads.</param>
    /// <returns>
    /// Leases that the consumer releases. However the loop ends, the reads under way are stopped, awaited and released before it does.
    /// </returns>
    [SuppressMessage("Reliability", "CA2012", Justification = "Each leaves the queue when it is awaited.")]
    public static async IAsyncEnumerable<BlockLease> RunAsync(
        int count,
        int depth,
        Func<int, CancellationToken, ValueTask<BlockLease>> read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var underWay = new Queue<ValueTask<BlockLease>>(depth);
        try
        {
            for (var next = 0; next < count || underWay.Count > 0;)
            {
                while (next < count && underWay.Count < depth)
                {
                    underWay.Enqueue(StartAsync(next++, read, stop.Token));
                }

                // Gives a lease or fails; the clean-up below sees every other one.
                yield return await underWay.Dequeue().ConfigureAwait(false);
            }
        }
        finally
        {
            await stop.CancelAsync().ConfigureAwait(false);
            foreach (var reading in underWay)
            {
                await ReleaseAsync(reading).ConfigureAwait(false);
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<BlockLease> StartAsync(int piece, Func<int, CancellationToken, ValueTask<BlockLease>> read, CancellationToken cancellationToken)
    {
        // As Task.Run does, without the four objects that it takes: decoding must not hold up who consumes.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        cancellationToken.ThrowIfCancellationRequested();
        return await read(piece, cancellationToken).ConfigureAwait(false);
    }

    private static async Task ReleaseAsync(ValueTask<BlockLease> reading)
    {
        var task = reading.AsTask();
        await ((Task)task).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (task.IsCompletedSuccessfully)
        {
            (await task.ConfigureAwait(false)).Release();
        }
    }
}
