using System.Runtime.InteropServices;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>The points that a chain lists while steps list and unlist some. Those of the chain keep their places, and what replaces one takes its place.</summary>
internal sealed class ListedPoints
{
    private readonly BackupChain _chain;
    private readonly List<RestorePoint?> _slots;

    // Only of instants that something was changed about: for all others the chain knows.
    private readonly Dictionary<PointId, List<int>> _changed = [];
    private readonly Stack<int> _free = [];

    internal ListedPoints(BackupChain chain)
    {
        _chain = chain;
        _slots = [.. chain.Points];
    }

    internal IEnumerable<RestorePoint> All => _slots.OfType<RestorePoint>();

    internal int SlotCount => _slots.Count;

    internal RestorePoint? this[int slot] => _slots[slot];

    /// <summary>Whether the point in a place is the one that the chain has at this position.</summary>
    internal bool IsAsAtFirst(int slot) => slot < _chain.Points.Length && ReferenceEquals(_slots[slot], _chain.Points[slot]);

    internal IReadOnlyList<RestorePoint> Find(PointId id)
    {
        if (_changed.TryGetValue(id, out var slots))
        {
            return slots.ConvertAll(slot => _slots[slot]!);
        }

        var (first, end) = _chain.PositionsOf(id);
        return _chain.Points[first..end];
    }

    internal void Add(RestorePoint point)
    {
        Remove(point);
        if (!_free.TryPop(out var slot))
        {
            slot = _slots.Count;
            _slots.Add(null);
        }

        _slots[slot] = point;
        Changed(point.Id).Add(slot);
    }

    /// <summary>Removes the point of an instant and a name.</summary>
    /// <returns>Whether it was listed.</returns>
    internal bool Remove(RestorePoint point)
    {
        var slots = Changed(point.Id);
        var index = slots.FindIndex(slot => _slots[slot]!.Name == point.Name);
        if (index < 0)
        {
            return false;
        }

        _slots[slots[index]] = null;
        _free.Push(slots[index]);
        slots.RemoveAt(index);
        return true;
    }

    private List<int> Changed(PointId id)
    {
        ref var slots = ref CollectionsMarshal.GetValueRefOrAddDefault(_changed, id, out _);
        if (slots is null)
        {
            var (first, end) = _chain.PositionsOf(id);
            slots = [.. Enumerable.Range(first, end - first)];
        }

        return slots;
    }
}
