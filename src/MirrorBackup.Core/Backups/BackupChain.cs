using System.Collections.Immutable;

namespace MirrorBackup.Backups;

/// <summary>
/// An immutable, checked copy of an <see cref="IBackupChain"/>: revisions linked to their parents within their folder, points in
/// order of time, and everything that was found wrong in <see cref="Problems"/>. Safe to share between threads.
/// </summary>
public sealed class BackupChain : IBackupChain
{
    private readonly Dictionary<string, DiskRevision> _revisions;
    private readonly Dictionary<string, DiskRevision> _parents;
    private readonly Dictionary<string, ImmutableArray<DiskRevision>> _children;
    private readonly HashSet<string> _viewable;
    private readonly HashSet<string> _listed;
    private readonly Dictionary<PointId, RestorePoint> _points;

    internal BackupChain(ChainContents contents)
    {
        VmId = contents.VmId;
        Mode = contents.Mode;
        Points = contents.Points;
        Revisions = contents.Revisions;
        PendingMerges = contents.PendingMerges;
        ReservedPaths = contents.ReservedPaths;
        Problems = contents.Problems;
        _revisions = contents.ByPath;
        _parents = contents.Parents;
        _children = contents.Children;
        _viewable = contents.Viewable;
        _listed = contents.Listed;
        _points = [];
        foreach (var point in Points)
        {
            if (!_points.TryGetValue(point.Id, out var earlier) || (!IsRestorable(earlier) && IsRestorable(point)))
            {
                _points[point.Id] = point;
            }
        }
    }

    /// <inheritdoc/>
    public string VmId { get; }

    /// <inheritdoc/>
    public BackupMode Mode { get; }

    /// <summary>The listed restore points, by time and then by name. A name occurs once.</summary>
    public ImmutableArray<RestorePoint> Points { get; }

    /// <summary>The stored revisions, by path. A path occurs once.</summary>
    public ImmutableArray<DiskRevision> Revisions { get; }

    /// <summary>Merges that have begun and not ended, by the path of their state file.</summary>
    public ImmutableArray<PendingMerge> PendingMerges { get; }

    /// <summary>Paths that no new file may take, in ordinal order.</summary>
    public ImmutableArray<string> ReservedPaths { get; }

    /// <summary>What the source of this copy found wrong, and what was found wrong while it was copied.</summary>
    public ImmutableArray<ChainProblem> Problems { get; }

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
    public RestorePoint? Find(PointId id) => _points.GetValueOrDefault(id);

    /// <summary>The revision at a path.</summary>
    /// <param name="path">A path relative to the folder of the VM.</param>
    /// <returns>The revision, or <see langword="null"/> if there is none.</returns>
    public DiskRevision? Revision(string path) => _revisions.GetValueOrDefault(path);

    /// <summary>The revision, in the same folder, that a delta stands on.</summary>
    /// <param name="path">The path of the delta.</param>
    /// <returns>The parent; <see langword="null"/> for a key, for a delta whose parent is missing, and where there is no revision.</returns>
    public DiskRevision? ParentOf(string path) => _parents.GetValueOrDefault(path);

    /// <summary>The deltas, in the same folder, that stand on a revision. More than one is a problem, but may occur.</summary>
    /// <param name="path">The path of the revision.</param>
    /// <returns>The children, by path.</returns>
    public ImmutableArray<DiskRevision> ChildrenOf(string path) =>
        _children.TryGetValue(path, out var children) ? children : [];

    /// <summary>Whether the revision at a path can be read as a whole disk: it and every ancestor down to a key opens.</summary>
    /// <param name="path">The path.</param>
    /// <returns>Whether it is viewable; false where there is no revision.</returns>
    public bool IsViewable(string path) => _viewable.Contains(path);

    /// <summary>Whether every disk of a point is viewable. A point without disks is restorable: it holds the settings of a VM that has none.</summary>
    /// <param name="point">A point of this chain.</param>
    /// <returns>Whether it can be restored.</returns>
    public bool IsRestorable(RestorePoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        foreach (var disk in point.Disks)
        {
            if (!_viewable.Contains(disk.Path))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether a listed point uses the revision at a path.</summary>
    /// <param name="path">The path.</param>
    /// <returns>Whether it is listed.</returns>
    public bool IsListed(string path) => _listed.Contains(path);

    /// <summary>The chain in letters, named by itself (<see cref="ChainNotation"/>).</summary>
    /// <returns>Letters such as <c>Abc</c>.</returns>
    public override string ToString() => ChainNotation.Format(this);
}
