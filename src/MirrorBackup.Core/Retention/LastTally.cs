namespace MirrorBackup.Retention;

/// <summary>The newest n points.</summary>
internal sealed class LastTally(int count) : IRuleTally
{
    private readonly PriorityQueue<LedgerEntry, LedgerEntry> _kept = new();

    public bool Add(LedgerEntry point, out LedgerEntry? released)
    {
        if (_kept.Count < count)
        {
            _kept.Enqueue(point, point);
            released = null;
            return true;
        }

        released = _kept.EnqueueDequeue(point, point);
        return released != point;
    }

    public bool Wants(LedgerEntry point) => _kept.Count < count || Keeps(point);

    public bool Keeps(LedgerEntry point) => _kept.TryPeek(out var oldest, out _) && point.CompareTo(oldest) >= 0;

    public string Reason(LedgerEntry point) => $"one of the last {count}";
}
