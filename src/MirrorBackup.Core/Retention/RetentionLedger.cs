namespace MirrorBackup.Retention;

/// <summary>
/// A policy that is told one point after the other, in any order, and says at once which points it lets go of. What a policy lets
/// go of it never wants back, whatever comes later: that is why points may be retired while others are still on their way.
/// </summary>
internal sealed class RetentionLedger
{
    private readonly List<IRuleTally> _tallies;

    // How many rules keep each point, in the order of entry.
    private readonly List<int> _keepers;

    /// <summary>Begins with no points.</summary>
    /// <param name="policy">The policy.</param>
    /// <param name="capacity">How many points are to come, if that is known.</param>
    internal RetentionLedger(RetentionPolicy policy, int capacity = 0)
    {
        policy.EnsureValid();
        _tallies = [.. policy.Rules.Select(rule => rule.Start(policy.TimeZone, capacity))];
        _keepers = new List<int>(capacity);
    }

    private RetentionLedger(RetentionLedger origin)
    {
        _tallies = origin._tallies.ConvertAll(tally => tally.Copy());
        _keepers = [.. origin._keepers];
    }

    internal IReadOnlyList<IRuleTally> Tallies => _tallies;

    /// <summary>Another ledger that was told the same until now.</summary>
    internal RetentionLedger Copy() => new(this);

    /// <summary>Takes a point; the cost is O(log n) per rule.</summary>
    /// <param name="timestamp">Its instant in ms.</param>
    /// <param name="removed">Receives the points that no rule keeps any more, the new one perhaps among them.</param>
    internal LedgerEntry Add(long timestamp, List<LedgerEntry> removed)
    {
        var point = new LedgerEntry(timestamp, _keepers.Count);
        var keepers = 0;
        foreach (var tally in _tallies)
        {
            if (tally.Add(point, out var released))
            {
                keepers++;
            }

            if (released is { } other && other != point && --_keepers[other.Order] == 0)
            {
                removed.Add(other);
            }
        }

        _keepers.Add(keepers);
        if (keepers == 0)
        {
            removed.Add(point);
        }

        return point;
    }

    /// <summary>Whether a rule keeps a point that it was told.</summary>
    internal bool Keeps(LedgerEntry point) => _keepers[point.Order] > 0;

    /// <summary>Says whether a rule would keep one more point, without taking it.</summary>
    /// <param name="timestamp">Its instant in ms.</param>
    internal bool Wants(long timestamp)
    {
        var point = new LedgerEntry(timestamp, _keepers.Count);
        return _tallies.Exists(tally => tally.Wants(point));
    }
}
