using System.Collections.Immutable;
using MirrorBackup.Backups;
using MirrorBackup.Tests.Backups;

namespace MirrorBackup.Tests.Planning;

/// <summary>Where a point of a generated history is.</summary>
internal enum Place
{
    Source,
    Destination,
    Both,

    /// <summary>On the source, where it does not open; or on both sides, where it does not open on the destination.</summary>
    Unreadable,
}

/// <summary>
/// One history of one disk, seen from both sides: what a side does not have was retired there, so that its data is folded into what
/// came after it.
/// </summary>
internal sealed class History
{
    private const string Folder = "vdis/job/disk/";

    private readonly (bool IsKey, Place Place)[] _points;
    private readonly bool _damagesDestination;

    /// <summary>Makes the history with a number: in base 8, one digit per point.</summary>
    internal History(int number, int length, bool damagesDestination)
    {
        _damagesDestination = damagesDestination;
        _points = new (bool, Place)[length];
        for (var i = 0; i < length; i++, number /= 8)
        {
            _points[i] = ((number & 4) == 0, (Place)(number & 3));
        }

        Source = Chain(OnSource, i => _points[i].Place == Place.Unreadable && !damagesDestination);
        Destination = Chain(OnDestination, i => _points[i].Place == Place.Unreadable);
    }

    internal int Length => _points.Length;

    internal BackupChain Source { get; }

    internal BackupChain Destination { get; }

    internal static PointId Id(int index) => new(BackupMode.Incremental, 1767574800000 + (index * 86_400_000L));

    public override string ToString() => $"{Source} to {Destination}";

    /// <summary>What the destination should be able to restore: computed from the rule alone.</summary>
    internal SortedSet<int> Expected(int retention, bool repairs = false)
    {
        var present = Restorable(OnDestination, i => _points[i].Place != Place.Unreadable);
        var common = Enumerable.Range(0, Length).LastOrDefault(i => OnSource(i) && present.Contains(i), -1);
        var result = new SortedSet<int>(present);
        for (var i = 0; i < Length; i++)
        {
            if ((i > common || (repairs && OnDestination(i) && !present.Contains(i))) && OnSource(i) && IsSendable(i, i, present))
            {
                result.Add(i);
            }
            else if (OnDestination(i) && _points[i].Place != Place.Unreadable && Parent(i, OnDestination) is { } parent && result.Contains(parent))
            {
                result.Add(i);
            }
        }

        while (result.Count > retention)
        {
            result.Remove(result.Min);
        }

        return result;
    }

    /// <summary>The newest point that the source can restore, or -1.</summary>
    internal int NewestOnSource() => Restorable(OnSource, i => _points[i].Place != Place.Unreadable || _damagesDestination).DefaultIfEmpty(-1).Max();

    private bool IsSendable(int index, int point, HashSet<int> present)
    {
        if (_points[index].Place == Place.Unreadable && !_damagesDestination)
        {
            return false;
        }

        return Parent(index, OnSource) is not { } parent || (parent >= 0 && ((present.Contains(parent) && !HasOtherChild(parent, point)) || IsSendable(parent, point, present)));
    }

    /// <summary>A revision has at most one child in its folder: a second one must stand alone.</summary>
    private bool HasOtherChild(int parent, int child) =>
        Enumerable.Range(parent + 1, Length - parent - 1).Any(i => i != child && OnDestination(i) && Parent(i, OnDestination) == parent);

    private HashSet<int> Restorable(Func<int, bool> isThere, Func<int, bool> opens)
    {
        var restorable = new HashSet<int>();
        for (var i = 0; i < Length; i++)
        {
            if (isThere(i) && opens(i) && (Parent(i, isThere) is not { } parent || restorable.Contains(parent)))
            {
                restorable.Add(i);
            }
        }

        return restorable;
    }

    /// <summary>What a point stands on, on one side: null for a key, -1 for what never existed.</summary>
    private int? Parent(int index, Func<int, bool> isThere)
    {
        for (var i = index; i >= 0; i--)
        {
            if (i < index && isThere(i))
            {
                return i;
            }

            if (_points[i].IsKey)
            {
                return null;
            }
        }

        return -1;
    }

    private bool OnSource(int index) => _points[index].Place != Place.Destination;

    private bool OnDestination(int index) =>
        _points[index].Place is Place.Destination or Place.Both || (_damagesDestination && _points[index].Place == Place.Unreadable);

    private BackupChain Chain(Func<int, bool> isThere, Func<int, bool> isBroken)
    {
        var points = new List<RestorePoint>();
        var revisions = new List<DiskRevision>();
        for (var i = 0; i < Length; i++)
        {
            if (!isThere(i))
            {
                continue;
            }

            var path = $"{Folder}{Id(i)}.vhd";
            revisions.Add(new DiskRevision
            {
                Disk = "disk",
                Id = RevisionId(i),
                ParentId = Parent(i, isThere) is { } parent ? RevisionId(parent) : null,
                Path = path,
                VirtualSize = 64 << 20,
                AllocatedBytes = 2 << 20,
                IsReadable = !isBroken(i),
            });
            points.Add(new RestorePoint
            {
                Id = Id(i),
                Name = Id(i).ToString(),
                Disks = [new PointDisk("disk", path)],
                JobId = "job",
                ScheduleId = "schedule",
            });
        }

        return BackupChain.From(new TestChain { Points = points, Revisions = revisions });
    }

    private static string RevisionId(int index) => $"id{index}";
}
