using MirrorBackup.Backups;
using MirrorBackup.Retention;

namespace MirrorBackup.Planning;

/// <summary>The retention of one destination, told of each point that can be restored there, in the order in which that becomes true.</summary>
internal sealed class RetentionWatch
{
    private readonly DestinationRequest _request;
    private readonly RetentionLedger _ledger;
    private readonly Dictionary<LedgerEntry, RestorePoint> _points = [];
    private readonly List<LedgerEntry> _released = [];

    /// <summary>Begins with what is there.</summary>
    /// <param name="request">The destination.</param>
    /// <param name="initial">The points that can be restored now.</param>
    internal RetentionWatch(DestinationRequest request, IEnumerable<RestorePoint> initial)
    {
        _request = request;
        _ledger = new RetentionLedger(request.Retention);
        InitialSurplus = Add(initial);
    }

    /// <summary>What the retention lets go of before anything is sent.</summary>
    internal IReadOnlyList<RestorePoint> InitialSurplus { get; }

    /// <summary>How many points it has been told of and counts.</summary>
    internal int Count => _points.Count;

    /// <summary>Takes points, and says which it lets go of, oldest first; the new ones may be among them.</summary>
    internal IReadOnlyList<RestorePoint> Add(IEnumerable<RestorePoint> points)
    {
        _released.Clear();
        foreach (var point in points)
        {
            if (_request.Counts(point))
            {
                _points.Add(_ledger.Add(point.Id.Timestamp, _released), point);
            }
        }

        if (_released.Count == 0)
        {
            return [];
        }

        _released.Sort();
        return _released.ConvertAll(entry => _points[entry]);
    }

    /// <summary>Whether it would keep one more new point.</summary>
    internal bool Wants(PointId point) => _ledger.Wants(point.Timestamp);
}
