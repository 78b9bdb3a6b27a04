namespace MirrorBackup.Mirroring;

/// <summary>Adds up what all VMs of a run do, and reports it at most ten times a second. Thread-safe.</summary>
internal sealed class ProgressTracker(IProgress<MirrorProgress>? progress, TimeProvider time)
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private long _lastReport = long.MinValue;
    private long _read;
    private long _written;
    private long _expected;
    private int _done;
    private int _total;
    private string _activity = "";

    public long BytesRead => Volatile.Read(ref _read);

    public long BytesWritten => Volatile.Read(ref _written);

    public void AddVms(int count) => Interlocked.Add(ref _total, count);

    public void AddExpected(long bytes) => Interlocked.Add(ref _expected, bytes);

    public void EndVm(string vmId)
    {
        Interlocked.Increment(ref _done);
        Begin($"{vmId}: done");
    }

    /// <summary>Says what is done now; reported at once.</summary>
    public void Begin(string activity)
    {
        Volatile.Write(ref _activity, activity);
        Report(always: true);
    }

    public void Add(long read, long written)
    {
        Interlocked.Add(ref _read, read);
        Interlocked.Add(ref _written, written);
        Report(always: false);
    }

    private void Report(bool always)
    {
        if (progress is null)
        {
            return;
        }

        // The lock keeps totals from going backwards in the eyes of the caller.
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (!always && _lastReport != long.MinValue && time.GetElapsedTime(_lastReport, now) < s_interval)
            {
                return;
            }

            _lastReport = now;
            progress.Report(new MirrorProgress(
                Volatile.Read(ref _done),
                Volatile.Read(ref _total),
                BytesRead,
                BytesWritten,
                Volatile.Read(ref _expected),
                Volatile.Read(ref _activity)));
        }
    }
}
