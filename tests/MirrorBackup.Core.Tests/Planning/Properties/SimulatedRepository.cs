using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>
/// One VM in one repository, with the content of its blocks. It knows what files hold and what stands on what, and nothing of plans.
/// </summary>
internal sealed class SimulatedRepository(string vmId, BackupMode mode)
{
    private readonly Dictionary<string, ImmutableArray<int>?> _views = new(StringComparer.Ordinal);

    internal string VmId { get; } = vmId;

    internal BackupMode Mode { get; } = mode;

    /// <summary>The listed points in the order in which they were written.</summary>
    internal List<RestorePoint> Points { get; private init; } = [];

    internal SortedDictionary<string, StoredRevision> Revisions { get; private init; } = new(StringComparer.Ordinal);

    internal List<PendingMerge> PendingMerges { get; private init; } = [];

    internal List<string> ReservedPaths { get; private init; } = [];

    internal List<ChainProblem> Problems { get; private init; } = [];

    internal SimulatedRepository Clone() => new(VmId, Mode)
    {
        Points = [.. Points],
        Revisions = new SortedDictionary<string, StoredRevision>(Revisions, StringComparer.Ordinal),
        PendingMerges = [.. PendingMerges],
        ReservedPaths = [.. ReservedPaths],
        Problems = [.. Problems],
    };

    internal void Put(StoredRevision revision)
    {
        Revisions[revision.Path] = revision;
        _views.Clear();
    }

    internal void Remove(string path)
    {
        Revisions.Remove(path);
        _views.Clear();
    }

    internal RestorePoint? Point(string name) => Points.Find(point => point.Name == name);

    internal bool IsListed(string path) => Points.Exists(point => point.Disks.Any(disk => disk.Path == path));

    internal List<StoredRevision> ChildrenOf(string path) =>
        [.. Revisions.Values.Where(revision => revision.ParentPath == path)];

    /// <summary>The revision that a link leads to: the file must be there and have the id that the child expects.</summary>
    internal StoredRevision? ParentOf(StoredRevision revision) =>
        revision.ParentPath is { } path && Revisions.TryGetValue(path, out var parent) && parent.Facts.Id == revision.Facts.ParentId
            ? parent
            : null;

    /// <summary>The whole disk at a revision.</summary>
    /// <returns>Its blocks; <see langword="null"/> if any part of its chain is missing or does not open.</returns>
    internal ImmutableArray<int>? View(string path)
    {
        if (_views.TryGetValue(path, out var known))
        {
            return known;
        }

        _views[path] = null;
        ImmutableArray<int>? view = null;
        if (Revisions.TryGetValue(path, out var revision) && revision.Facts.IsReadable)
        {
            view = !revision.Facts.IsDelta ? revision.Blocks
                : ParentOf(revision) is { } parent && View(parent.Path) is { } below ? StoredRevision.Overlay(below, revision.Blocks)
                : null;
        }

        return _views[path] = view;
    }

    internal bool IsRestorable(RestorePoint point) => point.Disks.All(disk => View(disk.Path) is not null);

    internal RestorePoint? Restorable(PointId id) => Points.Find(point => point.Id == id && IsRestorable(point));

    /// <summary>The content of every restorable point, by name and disk, as comparable text.</summary>
    internal Dictionary<string, string> Contents()
    {
        var contents = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var point in Points.Where(IsRestorable))
        {
            contents[point.Name] = ContentOf(point);
        }

        return contents;
    }

    internal string ContentOf(RestorePoint point) =>
        string.Join(" ", point.Disks.OrderBy(disk => disk.Disk, StringComparer.Ordinal)
            .Select(disk => disk.Disk + "=" + (View(disk.Path) is { } view ? string.Join(",", view) : "?")));

    internal long UsedBytes() => Revisions.Values.Sum(revision => revision.Facts.AllocatedBytes);

    /// <summary>What a planner sees, its collections in an order that depends on <paramref name="shuffle"/>.</summary>
    internal IBackupChain ToChain(int shuffle = 0) => new ChainSnapshot(
        VmId,
        Mode,
        Shuffled(Points, shuffle),
        Shuffled([.. Revisions.Values.Select(Told)], shuffle + 1),
        Shuffled(PendingMerges, shuffle + 2),
        Shuffled(ReservedPaths, shuffle + 3),
        Shuffled(Problems, shuffle + 4));

    private static DiskRevision Told(StoredRevision revision) =>
        revision.Facts with { ParentPath = revision.Facts.IsDelta ? revision.ParentPath : null };

    private static T[] Shuffled<T>(List<T> items, int seed)
    {
        T[] copy = [.. items];
        if (seed > 4)
        {
            new Random(seed).Shuffle(copy);
        }

        return copy;
    }
}
