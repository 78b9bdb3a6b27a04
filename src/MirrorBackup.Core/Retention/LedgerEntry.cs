namespace MirrorBackup.Retention;

/// <summary>A point in a <see cref="RetentionLedger"/>; the order of entry decides between equal instants.</summary>
internal sealed class LedgerEntry(long timestamp, int order) : IComparable<LedgerEntry>
{
    internal long Timestamp { get; } = timestamp;

    internal int Order { get; } = order;

    /// <summary>How many rules keep it.</summary>
    internal int Keepers { get; set; }

    public int CompareTo(LedgerEntry? other) =>
        other is null ? 1 : Timestamp != other.Timestamp ? Timestamp.CompareTo(other.Timestamp) : Order.CompareTo(other.Order);
}
