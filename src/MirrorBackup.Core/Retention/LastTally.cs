namespace MirrorBackup.Retention;

/// <summary>The newest n points.</summary>
internal sealed class LastTally(int count, int capacity) : IRuleTally
{
    // Points nearly always come in order of time: those lie in a list, from the oldest kept one on. Only the others need a heap.
    private readonly List<LedgerEntry> _inOrder = new(capacity);
    private readonly PriorityQueue<LedgerEntry, LedgerEntry> _others = new();
    private int _first;

    private LastTally(LastTally origin)
        : this(origin.MaxCount, origin._inOrder.Count + 1)
    {
        _inOrder.AddRange(origin._inOrder);
        _others.EnqueueRange(origin._others.UnorderedItems);
        _first = origin._first;
    }

    private int MaxCount => count;

    private bool IsFull => _inOrder.Count - _first + _others.Count == count;

    public bool Add(LedgerEntry point, out LedgerEntry? released)
    {
        released = null;
        if (IsFull)
        {
            if (!Keeps(point))
            {
                released = point;
                return false;
            }

            released = RemoveOldest();
        }

        if (_inOrder.Count == 0 || point.CompareTo(_inOrder[^1]) > 0)
        {
            _inOrder.Add(point);
        }
        else
        {
            _others.Enqueue(point, point);
        }

        return true;
    }

    public IRuleTally Copy() => new LastTally(this);

    public bool Wants(LedgerEntry point) => !IsFull || Keeps(point);

    public bool Keeps(LedgerEntry point) => Oldest() is { } oldest && point.CompareTo(oldest) >= 0;

    public string Reason(LedgerEntry point) => $"one of the last {count}";

    private bool IsOldestInOrder => _first < _inOrder.Count && (!_others.TryPeek(out var other, out _) || _inOrder[_first].CompareTo(other) < 0);

    private LedgerEntry? Oldest() =>
        IsOldestInOrder ? _inOrder[_first] : _others.TryPeek(out var oldest, out _) ? oldest : null;

    private LedgerEntry RemoveOldest() => IsOldestInOrder ? _inOrder[_first++] : _others.Dequeue();
}
