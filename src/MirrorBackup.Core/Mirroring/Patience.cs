namespace MirrorBackup.Mirroring;

/// <summary>
/// Runs what a storage may never answer. Who waits for it waits for a limited time: what does not end is told to stop, and left behind if it
/// does not do that either. One caller at a time.
/// </summary>
internal sealed class Patience(string name, TimeProvider time)
{
    // How long something that was told to stop may take for it, such as a call that a mount holds up.
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(30);

    private readonly List<Task> _leftBehind = [];

    /// <summary>Ends when everything that was left behind has ended.</summary>
    public Task LeftBehind => Task.WhenAll(_leftBehind);

    /// <summary>Runs an action.</summary>
    /// <param name="action">What to run.</param>
    /// <param name="limit">How long it may take; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RemoteUnavailableException">It did not end in time.</exception>
    public async Task RunAsync(Func<CancellationToken, Task> action, TimeSpan limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();

        // Not disposed: what is left behind may look at its token at any later time. It has neither timer nor, once ended, registration.
        var stop = new CancellationTokenSource();
        using var registration = cancellationToken.Register(stop.Cancel);
        var work = Task.Run(() => action(stop.Token), CancellationToken.None);
        try
        {
            await work.WaitAsync(limit, time, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is TimeoutException or OperationCanceledException && !(work.IsFaulted || work.IsCanceled))
        {
            await stop.CancelAsync().ConfigureAwait(false);
            await EndAsync(work).ConfigureAwait(false);
        }

        if (!work.IsCompletedSuccessfully)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw NoAnswer(limit);
        }
    }

    /// <summary>Runs an action that takes as long as it takes, and says that it goes on: only the time between two such moments is limited.</summary>
    /// <param name="action">What to run; is given what to call whenever something was done.</param>
    /// <param name="limit">How long nothing may be done; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="RemoteUnavailableException">Nothing was done for too long.</exception>
    public async Task RunWatchedAsync(Func<Action, CancellationToken, Task> action, TimeSpan limit, CancellationToken cancellationToken)
    {
        using var watch = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(watch.Token, cancellationToken);
        try
        {
            await RunAsync(stop => action(() => watch.CancelAfter(limit), stop), Timeout.InfiniteTimeSpan, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (watch.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw NoAnswer(limit);
        }
    }

    /// <summary>Tries something that is good to have and may fail, such as clearing away, for a short time; not where something was left behind.</summary>
    public async Task TryAsync(Func<CancellationToken, Task> action)
    {
        if (_leftBehind.Exists(static task => !task.IsCompleted))
        {
            return;
        }

        try
        {
            await RunAsync(action, s_grace, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // It is tried because it is cheap; whoever cannot do without it does not come here.
        }
    }

    private RemoteUnavailableException NoAnswer(TimeSpan limit) => new($"\"{name}\" did not answer for {limit.TotalSeconds:0} seconds.") { IsTransient = true };

    private async Task EndAsync(Task work)
    {
        try
        {
            await work.WaitAsync(s_grace, time).ConfigureAwait(false);
        }
        catch (TimeoutException) when (!work.IsCompleted)
        {
            _leftBehind.Add(work.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default));
        }
        catch (Exception)
        {
            // It ended because it was told to, and how does not matter.
        }
    }
}
