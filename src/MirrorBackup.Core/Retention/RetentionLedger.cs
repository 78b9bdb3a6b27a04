namespace MirrorBackup.Retention;

/// <summary>
/// A policy that is told one point after the other, in any order, and says at once which points it lets go of. What a policy lets
/// go of it never wants back, whatever comes later: that is why points may be retired while others are still on their way.
/// </summary>
internal sealed class RetentionLedger
{
    private readonly List<IRuleTally> _tallies = [];
    private int _count;

    internal RetentionLedger(RetentionPolicy policy)
    {
        policy.EnsureValid();
        foreach (var rule in policy.Rules)
        {
            _tallies.Add(rule.Start(policy.TimeZone));
        }
    }

    internal IReadOnlyList<IRuleTally> Tallies => _tallies;

    /// <summary>Takes a point; the cost is O(log n) per rule.</summary>
    /// <param name="timestamp">Its instant in ms.</param>
    /// <param name="removed">Receives the points that no rule keeps any more, the new one perhaps among them.</param>
    internal LedgerEntry Add(long timestamp, List<LedgerEntry> removed)
    {
        var point = new LedgerEntry(timestamp, _count++);
        foreach (var tally in _tallies)
        {
            if (tally.Add(point, out var released))
            {
                point.Keepers++;
            }

            if (released is not null && released != point && --released.Keepers == 0)
            {
                removed.Add(released);
            }
        }

        if (point.Keepers == 0)
        {
            removed.Add(point);
        }

        return point;
    }

    /// <summary>Says whether a rule would keep one more point, without taking it.</summary>
    /// <param name="timestamp">Its instant in ms.</param>
    internal bool Wants(long timestamp)
    {
        var point = new LedgerEntry(timestamp, _count);
        return _tallies.Exists(tally => tally.Wants(point));
    }
}
