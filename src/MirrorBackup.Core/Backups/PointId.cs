using System.Globalization;

namespace MirrorBackup.Backups;

/// <summary>What identifies a restore point of a VM on every remote: its mode and the instant of the original backup.</summary>
/// <param name="Mode">The mode.</param>
/// <param name="Timestamp">Milliseconds since 1970-01-01T00:00:00Z, as in the metadata.</param>
public readonly record struct PointId(BackupMode Mode, long Timestamp) : IComparable<PointId>
{
    /// <inheritdoc/>
    public int CompareTo(PointId other) =>
        Timestamp != other.Timestamp ? Timestamp.CompareTo(other.Timestamp) : Mode.CompareTo(other.Mode);

    /// <summary>The instant in the form of the file names, with milliseconds where there are any: <c>20260105T010000Z</c>, <c>20260105T010000.250Z</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString()
    {
        // Outside the range of DateTimeOffset there is no date to show, and untrusted metadata may hold any number.
        if (Timestamp is < -62135596800000 or > 253402300799999)
        {
            return Timestamp.ToString(CultureInfo.InvariantCulture);
        }

        var instant = DateTimeOffset.FromUnixTimeMilliseconds(Timestamp);
        return instant.ToString(Timestamp % 1000 == 0 ? "yyyyMMdd'T'HHmmss'Z'" : "yyyyMMdd'T'HHmmss'.'fff'Z'", CultureInfo.InvariantCulture);
    }

    /// <summary>Whether <paramref name="left"/> is earlier.</summary>
    public static bool operator <(PointId left, PointId right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> is later.</summary>
    public static bool operator >(PointId left, PointId right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> is not later.</summary>
    public static bool operator <=(PointId left, PointId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> is not earlier.</summary>
    public static bool operator >=(PointId left, PointId right) => left.CompareTo(right) >= 0;
}
