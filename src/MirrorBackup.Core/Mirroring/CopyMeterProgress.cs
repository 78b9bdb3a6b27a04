using MirrorBackup.Transfer;

namespace MirrorBackup.Mirroring;

/// <summary>Hands what one copy moves on to the totals of the run.</summary>
internal sealed class CopyMeterProgress
{
    private readonly ProgressTracker _progress;
    private readonly Lock _lock = new();
    private long _read;
    private long _written;

    public CopyMeterProgress(ProgressTracker progress, int targets)
    {
        _progress = progress;
        Meter = new CopyMeter(targets, Update);
    }

    public CopyMeter Meter { get; }

    /// <summary>How a copy of the run goes, metered by this.</summary>
    public CopyOptions Options(RunContext context) => new()
    {
        Throttle = context.Throttle,
        Meter = Meter,
        TimeProvider = context.Time,
        StallTimeout = context.Job.StallTimeout,
    };

    /// <summary>A copy has ended: what was stored beside the content, such as tables and footers, is counted, too.</summary>
    public void End(int target, CopyOutcome outcome) => _progress.Add(0, Math.Max(0, outcome.BytesWritten - Meter.BytesWritten(target)));

    private void Update(CopyMeter meter)
    {
        long read, written;
        lock (_lock)
        {
            var total = 0L;
            for (var i = 0; i < meter.Targets; i++)
            {
                total += meter.BytesWritten(i);
            }

            (read, written) = (meter.BytesRead - _read, total - _written);
            (_read, _written) = (meter.BytesRead, total);
        }

        _progress.Add(read, written);
    }
}
