using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace MirrorBackup.Backups;

/// <summary>The checked parts of a <see cref="BackupChain"/>, before they are frozen into one.</summary>
internal sealed class ChainContents
{
    private readonly List<ChainProblem> _problems = [];

    // Null where the names of the points grow with time, and can be found by bisection.
    private HashSet<string>? _names;

    private ChainContents(string vmId, BackupMode mode)
    {
        VmId = vmId;
        Mode = mode;
    }

    internal string VmId { get; }

    internal BackupMode Mode { get; }

    internal ImmutableArray<RestorePoint> Points { get; private set; } = [];

    internal ImmutableArray<DiskRevision> Revisions { get; private set; } = [];

    internal ImmutableArray<PendingMerge> PendingMerges { get; private set; } = [];

    internal ImmutableArray<string> ReservedPaths { get; private set; } = [];

    internal ImmutableArray<ChainProblem> Problems { get; private set; } = [];

    /// <summary>Finds revisions by path.</summary>
    internal PathLookup Paths { get; private set; } = null!;

    internal RevisionLinks Links { get; private set; } = null!;

    internal PointListings Listings { get; private set; } = null!;

    internal static ChainContents Read(IBackupChain chain) => Create(
        chain.VmId, chain.Mode, chain.Points, chain.Revisions, chain.PendingMerges, chain.ReservedPaths, chain.Problems);

    internal static ChainContents Create(
        string vmId,
        BackupMode mode,
        IEnumerable<RestorePoint> points,
        IEnumerable<DiskRevision> revisions,
        IEnumerable<PendingMerge> pendingMerges,
        IEnumerable<string> reservedPaths,
        IEnumerable<ChainProblem> problems)
    {
        if (string.IsNullOrEmpty(vmId))
        {
            throw Invalid("VmId is empty; expected the id of a VM.");
        }

        var contents = new ChainContents(vmId, mode);
        contents._problems.AddRange(problems);
        contents.TakePoints(points);
        contents.TakeRevisions(revisions);
        contents.Link();
        contents.List();
        contents.PendingMerges = [.. pendingMerges.OrderBy(merge => merge.StatePath, StringComparer.Ordinal)];
        contents.ReservedPaths = [.. reservedPaths.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        contents.Problems = [.. contents._problems
            .Distinct()
            .OrderBy(problem => problem.Path, StringComparer.Ordinal)
            .ThenBy(problem => problem.Kind)
            .ThenBy(problem => problem.Message, StringComparer.Ordinal)];
        return contents;
    }

    /// <summary>Whether a point has a name.</summary>
    internal bool HasName(string name)
    {
        if (_names is not null)
        {
            return _names.Contains(name);
        }

        var (low, high) = (0, Points.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = string.CompareOrdinal(Points[middle].Name, name) < 0 ? (middle + 1, high) : (low, middle);
        }

        return low < Points.Length && Points[low].Name == name;
    }

    private void TakePoints(IEnumerable<RestorePoint> points)
    {
        RestorePoint[] given = [.. points];
        var (isValid, isSorted, hasNewNames) = (true, true, true);
        for (var i = 0; i < given.Length; i++)
        {
            isValid &= given[i].Id.Mode == Mode && !given[i].Disks.IsDefault;
            isSorted = isSorted && (i == 0 || ByTime(given[i - 1], given[i]) <= 0);
            hasNewNames = hasNewNames && (i == 0 || string.CompareOrdinal(given[i - 1].Name, given[i].Name) < 0);
        }

        if (!isSorted)
        {
            Array.Sort(given, ByTime);
        }

        if (!isValid)
        {
            Array.ForEach(given, EnsureValid);
        }

        // Names nearly always grow with time: then none can occur twice.
        given = isSorted && hasNewNames ? given : WithoutTakenNames(given);
        for (var i = 1; i < given.Length; i++)
        {
            if (given[i].Id == given[i - 1].Id)
            {
                Report(ChainProblemKind.DuplicatePoint, given[i].Name + ".json", $"It has the same instant in ms as {given[i - 1].Name}.json.");
            }
        }

        Points = ImmutableCollectionsMarshal.AsImmutableArray(given);
    }

    private void EnsureValid(RestorePoint point)
    {
        if (point.Id.Mode != Mode)
        {
            throw Invalid($"Point {point.Name} of VM {VmId} has the mode {point.Id.Mode}; expected {Mode}, as the chain says.");
        }

        if (point.Disks.IsDefault)
        {
            throw Invalid($"Point {point.Name} of VM {VmId} has no list of disks; expected one, even if it is empty.");
        }
    }

    private RestorePoint[] WithoutTakenNames(RestorePoint[] points)
    {
        _names = new HashSet<string>(StringComparer.Ordinal);
        return Array.FindAll(points, point =>
        {
            var isFree = _names.Add(point.Name);
            if (!isFree)
            {
                Report(ChainProblemKind.DuplicatePoint, point.Name + ".json", "Two points have this name; the later one is left out.");
            }

            return isFree;
        });
    }

    private void TakeRevisions(IEnumerable<DiskRevision> revisions)
    {
        DiskRevision[] given = [.. revisions];
        if (!IsByPath(given))
        {
            given = WithoutTakenPaths(given);
            Array.Sort(given, ByRevisionPath);
        }

        Revisions = ImmutableCollectionsMarshal.AsImmutableArray(given);
        Paths = new PathLookup(Revisions);
    }

    private DiskRevision[] WithoutTakenPaths(DiskRevision[] revisions)
    {
        var paths = new HashSet<string>(StringComparer.Ordinal);
        return Array.FindAll(revisions, revision =>
        {
            var isFree = paths.Add(revision.Path);
            if (!isFree)
            {
                Report(ChainProblemKind.DuplicateRevision, revision.Path, "Two revisions are said to lie at this path; the first one counts.");
            }

            return isFree;
        });
    }

    private void Link()
    {
        Links = new RevisionLinks(Revisions);
        if (Links.HasSharedIds && Mode == BackupMode.Incremental)
        {
            foreach (var same in Revisions.GroupBy(revision => (revision.Directory, revision.Id)).Where(group => group.Skip(1).Any()))
            {
                Report(ChainProblemKind.DuplicateRevision, same.First().Path, $"{same.Count()} revisions of its folder have the id {same.Key.Id}.");
            }
        }

        for (var i = 0; i < Revisions.Length; i++)
        {
            if (Links.LacksParent(i))
            {
                Report(ChainProblemKind.MissingParent, Revisions[i].Path, $"Its parent {Revisions[i].ParentId} is not in its folder.");
            }

            if (Links.FirstChildOf(i) is not PositionTable.None and var first && Links.NextSiblingOf(first) is not PositionTable.None and var second)
            {
                ReportChildren(i, first, second);
            }
        }

        foreach (var position in Links.InCycles)
        {
            Report(ChainProblemKind.ParentCycle, Revisions[position].Path, "Following its parents leads back to it, or to a revision that does.");
        }
    }

    private void ReportChildren(int parent, int first, int second)
    {
        var count = 2;
        for (var child = Links.NextSiblingOf(second); child != PositionTable.None; child = Links.NextSiblingOf(child))
        {
            count++;
        }

        Report(ChainProblemKind.SeveralChildren, Revisions[parent].Path, $"{count} deltas stand on it: {Revisions[first].FileName}, {Revisions[second].FileName}.");
    }

    private void List()
    {
        Listings = new PointListings(Points, Revisions, Paths);
        foreach (var (path, points) in Listings.Missing)
        {
            foreach (var point in points)
            {
                Report(ChainProblemKind.UnreadableRevision, path, $"Point {Points[point].Name} lists it, but it is not there.");
            }
        }
    }

    private static int ByTime(RestorePoint left, RestorePoint right) =>
        left.Id.CompareTo(right.Id) is not 0 and var order ? order : string.CompareOrdinal(left.Name, right.Name);

    private static int ByRevisionPath(DiskRevision left, DiskRevision right) => string.CompareOrdinal(left.Path, right.Path);

    /// <summary>Whether each path comes before the next, as in most chains, so that there is nothing to sort and none is taken.</summary>
    private static bool IsByPath(DiskRevision[] revisions)
    {
        for (var i = 1; i < revisions.Length; i++)
        {
            if (ByRevisionPath(revisions[i - 1], revisions[i]) >= 0)
            {
                return false;
            }
        }

        return true;
    }

    private void Report(ChainProblemKind kind, string path, string message) => _problems.Add(new ChainProblem(kind, path, message));

    private static MirrorBackupException Invalid(string message) => new(ErrorCodes.InvalidChain, message);
}
