namespace MirrorBackup.Testing.Simulation;

/// <summary>
/// Lets operations that run in parallel go on one at a time, in an order that a seed decides: another seed tries another interleaving, and the same seed
/// tries the same again.
/// </summary>
/// <remarks>
/// <para>
/// Whoever is about to do something asks for its turn. When everything that runs has come to wait, for its turn or for somebody else, one of those who wait is
/// chosen. That everything waits is seen at the thread pool, so nothing else may keep it busy meanwhile, and what is scheduled must run on it.
/// </para>
/// <para>
/// Between two turns the code under test runs freely. Only where the pool has a single thread (<c>ThreadPoolMinThreads</c> and <c>ThreadPoolMaxThreads</c> in the
/// project of the tests) is that deterministic, too, and the whole run the same for the same seed. Thread-safe.
/// </para>
/// </remarks>
public sealed class SeededScheduler : IDisposable
{
    private readonly object _gate = new();
    private readonly List<Waiter> _waiting = [];
    private readonly List<string> _order = [];
    private readonly Random _random;
    private bool _isDisposed;

    /// <summary>Starts scheduling.</summary>
    /// <param name="seed">Decides the order.</param>
    public SeededScheduler(int seed)
    {
        _random = new Random(seed);
        new Thread(Run) { IsBackground = true, Name = "MirrorBackup seeded scheduler" }.Start();
    }

    /// <summary>The operations that had their turn, in their order.</summary>
    public IReadOnlyList<string> Order
    {
        get
        {
            lock (_gate)
            {
                return [.. _order];
            }
        }
    }

    /// <summary>Waits for the turn of an operation.</summary>
    /// <param name="operation">What it is: those that wait are told apart by it, and among equals the first to come is the first to go.</param>
    /// <param name="cancellationToken">Gives the turn up.</param>
    /// <returns>The waiting.</returns>
    /// <exception cref="ObjectDisposedException">Nothing is scheduled any more.</exception>
    public async ValueTask WaitAsync(string operation, CancellationToken cancellationToken = default)
    {
        var waiter = new Waiter(operation);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _waiting.Add(waiter);
            Monitor.Pulse(_gate);
        }

        using (cancellationToken.UnsafeRegister(_ => GiveUp(waiter, cancellationToken), null))
        {
            await waiter.Turn.Task.ConfigureAwait(false);
        }
    }

    /// <summary>Ends the scheduling; whoever still waits fails with <see cref="ObjectDisposedException"/>.</summary>
    public void Dispose()
    {
        Waiter[] left;
        lock (_gate)
        {
            _isDisposed = true;
            left = [.. _waiting];
            _waiting.Clear();
            Monitor.Pulse(_gate);
        }

        foreach (var waiter in left)
        {
            waiter.Turn.TrySetException(new ObjectDisposedException(nameof(SeededScheduler)));
        }
    }

    private void GiveUp(Waiter waiter, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _waiting.Remove(waiter);
        }

        waiter.Turn.TrySetCanceled(cancellationToken);
    }

    private void Run()
    {
        while (true)
        {
            lock (_gate)
            {
                while (_waiting.Count == 0 && !_isDisposed)
                {
                    Monitor.Wait(_gate);
                }

                if (_isDisposed)
                {
                    return;
                }
            }

            while (!IsPoolIdle())
            {
                Thread.Yield();
            }

            Choose()?.Turn.TrySetResult();
        }
    }

    private Waiter? Choose()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                return null;
            }

            // By what they are, not by when they came. A stable sort: equals stay in the order in which they came.
            var chosen = _waiting.OrderBy(static waiter => waiter.Operation, StringComparer.Ordinal).ElementAt(_random.Next(_waiting.Count));
            _waiting.Remove(chosen);
            _order.Add(chosen.Operation);
            return chosen;
        }
    }

    // Nothing runs, nothing waits to run, and nothing did either of it while we looked.
    private static bool IsPoolIdle()
    {
        var completed = ThreadPool.CompletedWorkItemCount;
        return IsNothingRunning() && ThreadPool.PendingWorkItemCount == 0 && IsNothingRunning() && ThreadPool.CompletedWorkItemCount == completed;
    }

    private static bool IsNothingRunning()
    {
        ThreadPool.GetAvailableThreads(out var available, out _);
        ThreadPool.GetMaxThreads(out var all, out _);
        return available == all;
    }

    private sealed record Waiter(string Operation)
    {
        // Continues on the pool, never on the thread that schedules.
        public TaskCompletionSource Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
