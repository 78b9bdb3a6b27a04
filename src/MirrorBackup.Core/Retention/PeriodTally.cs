namespace MirrorBackup.Retention;

/// <summary>The oldest point of each of the newest n periods that have one.</summary>
internal sealed class PeriodTally(KeepPeriodsRule rule, TimeZoneInfo timeZone) : IRuleTally
{
    private readonly SortedDictionary<int, LedgerEntry> _oldest = [];

    private PeriodTally(PeriodTally origin)
        : this(origin.Rule, origin.TimeZone)
    {
        _oldest = new SortedDictionary<int, LedgerEntry>(origin._oldest);
    }

    private KeepPeriodsRule Rule => rule;

    private TimeZoneInfo TimeZone => timeZone;

    public bool Add(LedgerEntry point, out LedgerEntry? released)
    {
        released = null;
        var label = LabelOf(point);
        if (!Wants(point, label))
        {
            return false;
        }

        if (_oldest.TryGetValue(label, out var holder))
        {
            released = holder;
        }
        else if (_oldest.Count == rule.Count)
        {
            var first = First;
            released = first.Value;
            _oldest.Remove(first.Key);
        }

        _oldest[label] = point;
        return true;
    }

    public IRuleTally Copy() => new PeriodTally(this);

    public bool Wants(LedgerEntry point) => Wants(point, LabelOf(point));

    public string Reason(LedgerEntry point) =>
        $"{PeriodLabel.Name(rule.Period)} {PeriodLabel.Text(rule.Period, LabelOf(point))}";

    /// <summary>The label, as in the metadata, of a point that the rule keeps; otherwise <see langword="null"/>.</summary>
    internal string? TagOf(LedgerEntry point)
    {
        var label = LabelOf(point);
        return _oldest.TryGetValue(label, out var holder) && holder == point
            ? $"{PeriodLabel.Name(rule.Period)}={PeriodLabel.Text(rule.Period, label)}"
            : null;
    }

    public bool Keeps(LedgerEntry point) => TagOf(point) is not null;

    private KeyValuePair<int, LedgerEntry> First
    {
        get
        {
            using var entries = _oldest.GetEnumerator();
            entries.MoveNext();
            return entries.Current;
        }
    }

    private bool Wants(LedgerEntry point, int label) => _oldest.TryGetValue(label, out var holder)
        ? holder.CompareTo(point) > 0
        : _oldest.Count < rule.Count || label > First.Key;

    private int LabelOf(LedgerEntry point) => PeriodLabel.Of(rule, point.Timestamp, timeZone);
}
