namespace MirrorBackup.Remotes.Local;

/// <summary>
/// Refreshes the held locks of one remote on a thread of its own, so that a thread pool that is busy with a transfer cannot let a
/// lock grow stale. The thread lives only while a lock is held.
/// </summary>
internal sealed class LockKeeper(TimeSpan interval)
{
    private readonly object _gate = new();
    private readonly List<HeldLock> _held = [];
    private bool _running;

    public void Add(HeldLock held)
    {
        lock (_gate)
        {
            _held.Add(held);
            if (!_running)
            {
                _running = true;
                new Thread(Run) { IsBackground = true, Name = "MirrorBackup lock refresh" }.Start();
            }
        }
    }

    public void Remove(HeldLock held)
    {
        lock (_gate)
        {
            _held.Remove(held);
            Monitor.Pulse(_gate);
        }
    }

    /// <summary>Gives up all that is still held.</summary>
    public void ReleaseAll()
    {
        HeldLock[] left;
        lock (_gate)
        {
            left = [.. _held];
            _held.Clear();
            Monitor.Pulse(_gate);
        }

        foreach (var held in left)
        {
            held.Release();
        }
    }

    private void Run()
    {
        while (true)
        {
            HeldLock[] due;
            lock (_gate)
            {
                if (_held.Count > 0)
                {
                    Monitor.Wait(_gate, interval);
                }

                if (_held.Count == 0)
                {
                    _running = false;
                    return;
                }

                due = [.. _held];
            }

            foreach (var held in due)
            {
                held.Refresh();
            }
        }
    }
}
