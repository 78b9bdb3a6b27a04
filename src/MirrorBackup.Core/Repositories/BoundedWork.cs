namespace MirrorBackup.Repositories;

/// <summary>Does the same to many things, some at once, and keeps their order.</summary>
internal static class BoundedWork
{
    /// <summary>Works on every item; the first failure stops the others and is raised as it is.</summary>
    public static async Task<TResult[]> RunAsync<T, TResult>(
        IReadOnlyList<T> items, int concurrency, Func<T, CancellationToken, ValueTask<TResult>> work, CancellationToken cancellationToken)
    {
        var results = new TResult[items.Count];
        var options = new ParallelOptions { MaxDegreeOfParallelism = concurrency, CancellationToken = cancellationToken };
        await Parallel.ForAsync(0, items.Count, options, async (index, stop) =>
            results[index] = await work(items[index], stop).ConfigureAwait(false)).ConfigureAwait(false);
        return results;
    }
}
