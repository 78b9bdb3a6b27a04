using System.Collections.Immutable;
using MirrorBackup.Backups;
using MirrorBackup.Retention;

namespace MirrorBackup.Planning;

/// <summary>The retention of one destination, told of each point that can be restored there, in the order in which that becomes true.</summary>
internal sealed class RetentionWatch
{
    private readonly DestinationRequest _request;
    private readonly RetentionLedger _ledger;

    // By the order of their entries: first what was there, then what was added.
    private readonly ImmutableArray<RestorePoint> _initial;
    private readonly List<RestorePoint> _added = [];
    private readonly List<LedgerEntry> _released = [];

    /// <summary>Begins with what is there.</summary>
    /// <param name="request">The destination.</param>
    /// <param name="initial">The points that can be restored now.</param>
    internal RetentionWatch(DestinationRequest request, ImmutableArray<RestorePoint> initial)
    {
        _request = request;
        _initial = initial.RemoveAll(point => !request.Counts(point));
        _ledger = new RetentionLedger(request.Retention, _initial.Length);
        foreach (var point in _initial)
        {
            _ledger.Add(point.Id.Timestamp, _released);
        }

        InitialSurplus = Released();
    }

    private RetentionWatch(RetentionWatch origin)
    {
        _request = origin._request;
        _ledger = origin._ledger.Copy();
        _initial = origin._initial;
        _added.AddRange(origin._added);
        InitialSurplus = origin.InitialSurplus;
    }

    /// <summary>What the retention lets go of before anything is sent.</summary>
    internal IReadOnlyList<RestorePoint> InitialSurplus { get; }

    /// <summary>How many points it has been told of and counts.</summary>
    internal int Count => _initial.Length + _added.Count;

    /// <summary>Another watch that was told the same until now.</summary>
    internal RetentionWatch Copy() => new(this);

    /// <summary>Takes points, and says which it lets go of, oldest first; the new ones may be among them.</summary>
    internal IReadOnlyList<RestorePoint> Add(IEnumerable<RestorePoint> points)
    {
        _released.Clear();
        foreach (var point in points)
        {
            if (_request.Counts(point))
            {
                _ledger.Add(point.Id.Timestamp, _released);
                _added.Add(point);
            }
        }

        return Released();
    }

    /// <summary>Whether it would keep one more new point.</summary>
    internal bool Wants(PointId point) => _ledger.Wants(point.Timestamp);

    private List<RestorePoint> Released()
    {
        _released.Sort();
        return _released.ConvertAll(entry => entry.Order < _initial.Length ? _initial[entry.Order] : _added[entry.Order - _initial.Length]);
    }
}
