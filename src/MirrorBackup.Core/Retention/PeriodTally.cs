namespace MirrorBackup.Retention;

/// <summary>The oldest point of each of the newest n periods that have one.</summary>
internal sealed class PeriodTally(KeepPeriodsRule rule, TimeZoneInfo timeZone) : IRuleTally
{
    private readonly SortedDictionary<int, LedgerEntry> _oldest = [];

    public bool Add(LedgerEntry point, out LedgerEntry? released)
    {
        released = null;
        var label = PeriodLabel.Of(rule, point.Timestamp, timeZone);
        if (_oldest.TryGetValue(label, out var holder))
        {
            if (holder.CompareTo(point) <= 0)
            {
                return false;
            }

            _oldest[label] = point;
            released = holder;
            return true;
        }

        if (_oldest.Count < rule.Count)
        {
            _oldest.Add(label, point);
            return true;
        }

        using var first = _oldest.GetEnumerator();
        first.MoveNext();
        if (label < first.Current.Key)
        {
            return false;
        }

        released = first.Current.Value;
        _oldest.Remove(first.Current.Key);
        _oldest.Add(label, point);
        return true;
    }

    public string Reason(LedgerEntry point) =>
        $"{PeriodLabel.Name(rule.Period)} {PeriodLabel.Text(rule.Period, PeriodLabel.Of(rule, point.Timestamp, timeZone))}";

    /// <summary>The label, as in the metadata, of a point that the rule keeps; otherwise <see langword="null"/>.</summary>
    internal string? TagOf(LedgerEntry point)
    {
        var label = PeriodLabel.Of(rule, point.Timestamp, timeZone);
        return _oldest.TryGetValue(label, out var holder) && holder == point
            ? $"{PeriodLabel.Name(rule.Period)}={PeriodLabel.Text(rule.Period, label)}"
            : null;
    }

    public bool Keeps(LedgerEntry point) => TagOf(point) is not null;
}
