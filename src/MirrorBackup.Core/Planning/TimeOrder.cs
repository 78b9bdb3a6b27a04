using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Finds points in spans that are in order of time and have one point per instant at most.</summary>
internal static class TimeOrder
{
    /// <summary>The position of a point; less than 0 if it is not there.</summary>
    internal static int PositionOf(this ReadOnlySpan<RestorePoint> points, PointId id) => points.BinarySearch(new Position(id));

    private readonly record struct Position(PointId Id) : IComparable<RestorePoint>
    {
        public int CompareTo(RestorePoint? other) => other is null ? 1 : Id.CompareTo(other.Id);
    }
}
