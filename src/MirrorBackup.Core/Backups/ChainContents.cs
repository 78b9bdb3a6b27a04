using System.Collections.Immutable;

namespace MirrorBackup.Backups;

/// <summary>The checked parts of a <see cref="BackupChain"/>, before they are frozen into one.</summary>
internal sealed class ChainContents
{
    private readonly List<ChainProblem> _problems = [];
    private readonly Dictionary<string, ImmutableArray<DiskRevision>> _children = new(StringComparer.Ordinal);

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

    internal Dictionary<string, DiskRevision> ByPath { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, DiskRevision> Parents { get; } = new(StringComparer.Ordinal);

    internal Dictionary<string, ImmutableArray<DiskRevision>> Children => _children;

    internal HashSet<string> Viewable { get; } = new(StringComparer.Ordinal);

    internal HashSet<string> Listed { get; } = new(StringComparer.Ordinal);

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
        contents.MarkViewable();
        contents.PendingMerges = [.. pendingMerges.OrderBy(merge => merge.StatePath, StringComparer.Ordinal)];
        contents.ReservedPaths = [.. reservedPaths.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        contents.Problems = [.. contents._problems
            .Distinct()
            .OrderBy(problem => problem.Path, StringComparer.Ordinal)
            .ThenBy(problem => problem.Kind)
            .ThenBy(problem => problem.Message, StringComparer.Ordinal)];
        return contents;
    }

    private void TakePoints(IEnumerable<RestorePoint> points)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        var taken = ImmutableArray.CreateBuilder<RestorePoint>();
        foreach (var point in Sorted(points, ByTime))
        {
            if (point.Id.Mode != Mode)
            {
                throw Invalid($"Point {point.Name} of VM {VmId} has the mode {point.Id.Mode}; expected {Mode}, as the chain says.");
            }

            if (point.Disks.IsDefault)
            {
                throw Invalid($"Point {point.Name} of VM {VmId} has no list of disks; expected one, even if it is empty.");
            }

            if (!names.Add(point.Name))
            {
                Report(ChainProblemKind.DuplicatePoint, point.Name + ".json", "Two points have this name; the later one is left out.");
                continue;
            }

            taken.Add(point);
            foreach (var disk in point.Disks)
            {
                Listed.Add(disk.Path);
            }
        }

        Points = taken.ToImmutable();
        for (var i = 1; i < Points.Length; i++)
        {
            if (Points[i].Id == Points[i - 1].Id)
            {
                Report(ChainProblemKind.DuplicatePoint, Points[i].Name + ".json", $"It has the same instant in ms as {Points[i - 1].Name}.json.");
            }
        }
    }

    private void TakeRevisions(IEnumerable<DiskRevision> revisions)
    {
        foreach (var revision in revisions)
        {
            if (!ByPath.TryAdd(revision.Path, revision))
            {
                Report(ChainProblemKind.DuplicateRevision, revision.Path, "Two revisions are said to lie at this path; the first one counts.");
            }
        }

        Revisions = [.. Sorted(ByPath.Values, ByRevisionPath)];
        foreach (var point in Points)
        {
            foreach (var disk in point.Disks)
            {
                if (!ByPath.ContainsKey(disk.Path))
                {
                    Report(ChainProblemKind.UnreadableRevision, disk.Path, $"Point {point.Name} lists it, but it is not there.");
                }
            }
        }
    }

    private void Link()
    {
        var byId = ChainLinks.ByFolderAndId(Revisions);
        var children = new Dictionary<string, ImmutableArray<DiskRevision>.Builder>(StringComparer.Ordinal);
        foreach (var revision in Revisions)
        {
            if (Mode == BackupMode.Incremental && byId[(revision.Directory, revision.Id)] is { Count: > 1 } same && same[0].Path == revision.Path)
            {
                Report(ChainProblemKind.DuplicateRevision, revision.Path, $"{same.Count} revisions of its folder have the id {revision.Id}.");
            }

            if (ChainLinks.ParentOf(revision, byId) is not { } parent)
            {
                ReportMissingParent(revision);
                continue;
            }

            Parents.Add(revision.Path, parent);
            if (!children.TryGetValue(parent.Path, out var siblings))
            {
                children.Add(parent.Path, siblings = ImmutableArray.CreateBuilder<DiskRevision>(1));
            }

            siblings.Add(revision);
        }

        foreach (var (path, siblings) in children)
        {
            _children.Add(path, siblings.ToImmutable());
            if (siblings.Count > 1)
            {
                Report(ChainProblemKind.SeveralChildren, path, $"{siblings.Count} deltas stand on it: {siblings[0].FileName}, {siblings[1].FileName}.");
            }
        }
    }

    private void ReportMissingParent(DiskRevision revision)
    {
        if (revision is { IsDelta: true, IsReadable: true })
        {
            Report(ChainProblemKind.MissingParent, revision.Path, $"Its parent {revision.ParentId} is not in its folder.");
        }
    }

    /// <summary>Walks from the keys upwards; what is readable and never reached through parents that exist is part of a cycle.</summary>
    private void MarkViewable()
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var pending = new Stack<DiskRevision>(Revisions.Where(revision => !Parents.ContainsKey(revision.Path)));
        while (pending.TryPop(out var revision))
        {
            reached.Add(revision.Path);
            if (revision.IsReadable && (!revision.IsDelta || (Parents.TryGetValue(revision.Path, out var parent) && Viewable.Contains(parent.Path))))
            {
                Viewable.Add(revision.Path);
            }

            if (_children.TryGetValue(revision.Path, out var children))
            {
                foreach (var child in children)
                {
                    pending.Push(child);
                }
            }
        }

        foreach (var revision in Revisions)
        {
            if (!reached.Contains(revision.Path))
            {
                Report(ChainProblemKind.ParentCycle, revision.Path, "Following its parents leads back to it, or to a revision that does.");
            }
        }
    }

    private static int ByTime(RestorePoint left, RestorePoint right) =>
        left.Id.CompareTo(right.Id) is not 0 and var order ? order : string.CompareOrdinal(left.Name, right.Name);

    private static int ByRevisionPath(DiskRevision left, DiskRevision right) => string.CompareOrdinal(left.Path, right.Path);

    /// <summary>Sorts, but for what is in order already, as most chains are: comparing long paths is what a copy costs most.</summary>
    private static List<T> Sorted<T>(IEnumerable<T> items, Comparison<T> comparison)
    {
        var list = items.ToList();
        for (var i = 1; i < list.Count; i++)
        {
            if (comparison(list[i - 1], list[i]) > 0)
            {
                list.Sort(comparison);
                break;
            }
        }

        return list;
    }

    private void Report(ChainProblemKind kind, string path, string message) => _problems.Add(new ChainProblem(kind, path, message));

    private static MirrorBackupException Invalid(string message) => new(ErrorCodes.InvalidChain, message);
}
