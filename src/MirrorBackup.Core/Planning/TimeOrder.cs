using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Finds points in spans that are in order of time and have one point per instant at most.</summary>
internal static class TimeOrder
{
    /// <summary>The position of a point; less than 0 if it is not there.</summary>
    internal static int PositionOf(this ReadOnlySpan<RestorePoint> points, PointId id)
    {
        var (low, high) = (0, points.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            switch (points[middle].Id.CompareTo(id))
            {
                case 0:
                    return middle;
                case < 0:
                    low = middle + 1;
                    break;
                default:
                    high = middle - 1;
                    break;
            }
        }

        return -1;
    }
}
