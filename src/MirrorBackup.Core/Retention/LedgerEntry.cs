namespace MirrorBackup.Retention;

/// <summary>A point in a <see cref="RetentionLedger"/>; the order of entry decides between equal instants.</summary>
/// <param name="Timestamp">Its instant in ms.</param>
/// <param name="Order">How many were entered before it.</param>
internal readonly record struct LedgerEntry(long Timestamp, int Order) : IComparable<LedgerEntry>
{
    public int CompareTo(LedgerEntry other) =>
        Timestamp != other.Timestamp ? Timestamp.CompareTo(other.Timestamp) : Order.CompareTo(other.Order);
}
