using System.Collections.Immutable;

namespace MirrorBackup.Backups;

/// <summary>
/// An immutable, checked copy of an <see cref="IBackupChain"/>: revisions linked to their parents within their folder, points in
/// order of time, and everything that was found wrong in <see cref="Problems"/>. Safe to share between threads.
/// </summary>
public sealed class BackupChain : IBackupChain
{
    private readonly Lazy<ChainContents> _contents;

    internal BackupChain(ChainContents contents)
        : this(contents.VmId, contents.Mode, new Lazy<ChainContents>(contents))
    {
    }

    /// <summary>A chain whose contents are made when somebody first asks for them.</summary>
    internal BackupChain(string vmId, BackupMode mode, Lazy<ChainContents> contents)
    {
        VmId = vmId;
        Mode = mode;
        _contents = contents;
    }

    /// <inheritdoc/>
    public string VmId { get; }

    /// <inheritdoc/>
    public BackupMode Mode { get; }

    /// <summary>The listed restore points, by time and then by name. A name occurs once.</summary>
    public ImmutableArray<RestorePoint> Points => _contents.Value.Points;

    /// <summary>The stored revisions, by path. A path occurs once.</summary>
    public ImmutableArray<DiskRevision> Revisions => _contents.Value.Revisions;

    /// <summary>Merges that have begun and not ended, by the path of their state file.</summary>
    public ImmutableArray<PendingMerge> PendingMerges => _contents.Value.PendingMerges;

    /// <summary>Paths that no new file may take, in ordinal order.</summary>
    public ImmutableArray<string> ReservedPaths => _contents.Value.ReservedPaths;

    /// <summary>What the source of this copy found wrong, and what was found wrong while it was copied.</summary>
    public ImmutableArray<ChainProblem> Problems => _contents.Value.Problems;

    /// <summary>Which of <see cref="Revisions"/> stand on which.</summary>
    internal RevisionLinks Links => _contents.Value.Links;

    /// <summary>Which of <see cref="Points"/> list which of <see cref="Revisions"/>.</summary>
    internal PointListings Listings => _contents.Value.Listings;

    IReadOnlyCollection<RestorePoint> IBackupChain.Points => Points;

    IReadOnlyCollection<DiskRevision> IBackupChain.Revisions => Revisions;

    IReadOnlyCollection<PendingMerge> IBackupChain.PendingMerges => PendingMerges;

    IReadOnlyCollection<string> IBackupChain.ReservedPaths => ReservedPaths;

    IReadOnlyCollection<ChainProblem> IBackupChain.Problems => Problems;

    /// <summary>Copies and checks a chain. Costs O(n log n) in points and revisions; what is already a <see cref="BackupChain"/> is returned as it is.</summary>
    /// <param name="chain">The chain; it is read once and not kept.</param>
    /// <returns>The copy.</returns>
    /// <exception cref="MirrorBackupException">The chain contradicts its own contract, such as a point of the other mode (<see cref="ErrorCodes.InvalidChain"/>).</exception>
    public static BackupChain From(IBackupChain chain)
    {
        ArgumentNullException.ThrowIfNull(chain);
        return chain as BackupChain ?? new BackupChain(ChainContents.Read(chain));
    }

    /// <summary>The chain of a VM that has nothing yet.</summary>
    /// <param name="vmId">The VM.</param>
    /// <param name="mode">The mode.</param>
    /// <returns>An empty chain.</returns>
    public static BackupChain Empty(string vmId, BackupMode mode) =>
        new(ChainContents.Create(vmId, mode, [], [], [], [], []));

    /// <summary>The point with this identity; where several are listed, one that can be restored, else the first by name.</summary>
    /// <param name="id">The identity.</param>
    /// <returns>The point, or <see langword="null"/>.</returns>
    public RestorePoint? Find(PointId id)
    {
        var (first, end) = PositionsOf(id);
        for (var i = first; i < end; i++)
        {
            if (IsRestorable(i))
            {
                return Points[i];
            }
        }

        return first < end ? Points[first] : null;
    }

    /// <summary>The revision at a path.</summary>
    /// <param name="path">A path relative to the folder of the VM.</param>
    /// <returns>The revision, or <see langword="null"/> if there is none.</returns>
    public DiskRevision? Revision(string path) => RevisionAt(PositionOf(path));

    /// <summary>The revision, in the same folder, that a delta stands on.</summary>
    /// <param name="path">The path of the delta.</param>
    /// <returns>The parent; <see langword="null"/> for a key, for a delta whose parent is missing, and where there is no revision.</returns>
    public DiskRevision? ParentOf(string path) =>
        PositionOf(path) is not PositionTable.None and var position ? RevisionAt(Links.ParentOf(position)) : null;

    /// <summary>The deltas, in the same folder, that stand on a revision. More than one is a problem, but may occur.</summary>
    /// <param name="path">The path of the revision.</param>
    /// <returns>The children, by path.</returns>
    public ImmutableArray<DiskRevision> ChildrenOf(string path)
    {
        var children = ImmutableArray.CreateBuilder<DiskRevision>(1);
        var child = PositionOf(path) is not PositionTable.None and var position ? Links.FirstChildOf(position) : PositionTable.None;
        for (; child != PositionTable.None; child = Links.NextSiblingOf(child))
        {
            children.Add(Revisions[child]);
        }

        return children.DrainToImmutable();
    }

    /// <summary>Whether the revision at a path can be read as a whole disk: it and every ancestor down to a key opens.</summary>
    /// <param name="path">The path.</param>
    /// <returns>Whether it is viewable; false where there is no revision.</returns>
    public bool IsViewable(string path) => PositionOf(path) is not PositionTable.None and var position && Links.IsViewable(position);

    /// <summary>Whether every disk of a point is viewable. A point without disks is restorable: it holds the settings of a VM that has none.</summary>
    /// <param name="point">A point of this chain.</param>
    /// <returns>Whether it can be restored.</returns>
    public bool IsRestorable(RestorePoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        foreach (var disk in point.Disks)
        {
            if (!IsViewable(disk.Path))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a listed point uses the revision at a path.</summary>
    /// <param name="path">The path.</param>
    /// <returns>Whether it is listed.</returns>
    public bool IsListed(string path) =>
        PositionOf(path) is not PositionTable.None and var position ? Listings.IsListed(position) : Listings.Missing.ContainsKey(path);

    /// <summary>The position of a path in <see cref="Revisions"/>, or <see cref="PositionTable.None"/>.</summary>
    internal int PositionOf(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return _contents.Value.Paths.Find(path);
    }

    /// <summary>Whether a listed point has a name.</summary>
    internal bool HasName(string name) => _contents.Value.HasName(name);

    /// <summary>Whether every disk of the point at a position of <see cref="Points"/> is viewable.</summary>
    internal bool IsRestorable(int point)
    {
        foreach (var revision in Listings.RevisionsOf(point))
        {
            if (revision == PositionTable.None || !Links.IsViewable(revision))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Where in <see cref="Points"/> those with an identity stand: from <c>First</c> up to <c>End</c>.</summary>
    internal (int First, int End) PositionsOf(PointId id)
    {
        var (low, high) = (0, Points.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = Points[middle].Id < id ? (middle + 1, high) : (low, middle);
        }

        var end = low;
        while (end < Points.Length && Points[end].Id == id)
        {
            end++;
        }

        return (low, end);
    }

    private DiskRevision? RevisionAt(int position) => position == PositionTable.None ? null : Revisions[position];

    /// <summary>The chain in letters, named by itself (<see cref="ChainNotation"/>).</summary>
    /// <returns>Letters such as <c>Abc</c>.</returns>
    public override string ToString() => ChainNotation.Format(this);
}
