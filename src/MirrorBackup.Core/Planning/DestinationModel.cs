using System.Collections.Immutable;
using System.Diagnostics;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>A chain that steps can be applied to, one after the other, at a cost that grows with the step and not with the chain.</summary>
internal sealed class DestinationModel
{
    private readonly BackupChain _origin;
    private readonly Dictionary<string, List<RestorePoint>> _listings;
    private readonly Dictionary<string, RestorePoint> _points;
    private readonly Dictionary<PointId, List<RestorePoint>> _byPointId;
    private readonly List<PendingMerge> _pendingMerges;

    internal DestinationModel(BackupChain chain)
    {
        _origin = chain;
        _listings = new Dictionary<string, List<RestorePoint>>(chain.Revisions.Length, StringComparer.Ordinal);
        _points = new Dictionary<string, RestorePoint>(chain.Points.Length, StringComparer.Ordinal);
        _byPointId = new Dictionary<PointId, List<RestorePoint>>(chain.Points.Length);
        _pendingMerges = [.. chain.PendingMerges];
        Graph = new RevisionGraph(chain) { ViewChanged = OnViewChanged };
        foreach (var point in chain.Points)
        {
            List(point);
        }
    }

    /// <summary>Is told of each listed point that a step made restorable.</summary>
    internal Action<RestorePoint>? Restored { get; set; }

    internal BackupMode Mode => _origin.Mode;

    internal RevisionGraph Graph { get; }

    internal IEnumerable<RestorePoint> Points => _points.Values;

    internal IReadOnlyList<RestorePoint> Find(PointId id) => _byPointId.TryGetValue(id, out var points) ? points : [];

    internal IReadOnlyList<RestorePoint> PointsAt(string path) => _listings.TryGetValue(path, out var points) ? points : [];

    internal bool IsListed(string path) => PointsAt(path).Count > 0;

    internal bool IsRestorable(RestorePoint point)
    {
        foreach (var disk in point.Disks)
        {
            if (Graph.Find(disk.Path) is not { IsViewable: true })
            {
                return false;
            }
        }

        return true;
    }

    internal void Apply(MirrorStep step)
    {
        switch (step)
        {
            case ResumeMergeStep resume:
                Resume(resume.Merge);
                break;
            case TransferStep transfer:
                Write(transfer.Disks);
                List(transfer.Written);
                if (IsRestorable(transfer.Written))
                {
                    Restored?.Invoke(transfer.Written);
                }

                break;
            case ReplaceStep replace:
                Unlist(replace.Listed);
                List(replace.Written);
                Write(replace.Disks);
                break;
            case UnlistStep unlist:
                Unlist(unlist.Point);
                break;
            case MergeStep merge:
                foreach (var disk in merge.Disks)
                {
                    Merge(disk);
                }

                break;
            case DeleteStep delete:
                foreach (var path in delete.Paths)
                {
                    Graph.Remove(path);
                }

                break;
            case SkipStep:
                break;
            default:
                throw new UnreachableException();
        }
    }

    internal BackupChain ToChain() => new(ChainContents.Create(
        _origin.VmId,
        _origin.Mode,
        _points.Values,
        Graph.Nodes.Select(node => node.Revision),
        _pendingMerges,
        _origin.ReservedPaths,
        _origin.Problems.Where(problem => problem.PreventsRetiring)));

    private void Write(ImmutableArray<DiskTransfer> disks)
    {
        foreach (var disk in disks)
        {
            Graph.Put(new DiskRevision
            {
                Disk = disk.Disk,
                Id = disk.RevisionId,
                ParentId = disk.ParentId,
                ParentPath = disk.ParentPath,
                Path = disk.TargetPath,
                Form = disk.Form,
                VirtualSize = disk.VirtualSize,
                AllocatedBytes = disk.ByteCount,
            });
        }
    }

    private void Resume(PendingMerge merge)
    {
        _pendingMerges.Remove(merge);
        if (merge.IsLeftover || merge.Survivor is not { } survivor)
        {
            return;
        }

        foreach (var path in merge.Paths)
        {
            if (path != survivor.Path)
            {
                Graph.Remove(path);
            }
        }

        Graph.Put(survivor);
    }

    private void Merge(DiskMerge merge)
    {
        var revisions = merge.Paths.Select(Existing).ToList();
        foreach (var folded in revisions.SkipLast(1))
        {
            Graph.Remove(folded.Path);
        }

        var (oldest, newest) = (revisions[0], revisions[^1]);
        var bytes = Math.Min(revisions.Sum(revision => revision.AllocatedBytes), Math.Max(newest.VirtualSize, oldest.AllocatedBytes));
        Graph.Put(newest with { ParentId = oldest.ParentId, ParentPath = oldest.ParentPath, Form = oldest.Form, AllocatedBytes = bytes });
    }

    private DiskRevision Existing(string path) => Graph.Find(path)?.Revision
        ?? throw new MirrorBackupException(ErrorCodes.InvalidRequest, $"{path}: the step names this revision, and the chain has none there.");

    private void List(RestorePoint point)
    {
        _points[point.Name] = point;
        if (!_byPointId.TryGetValue(point.Id, out var same))
        {
            _byPointId.Add(point.Id, same = new List<RestorePoint>(1));
        }

        same.Add(point);
        foreach (var disk in point.Disks)
        {
            if (!_listings.TryGetValue(disk.Path, out var points))
            {
                _listings.Add(disk.Path, points = new List<RestorePoint>(1));
            }

            // A point that names one file for two disks lists it once.
            if (points.Count == 0 || !ReferenceEquals(points[^1], point))
            {
                points.Add(point);
            }
        }
    }

    private void Unlist(RestorePoint point)
    {
        if (!_points.Remove(point.Name))
        {
            throw new MirrorBackupException(ErrorCodes.InvalidRequest, $"{point.Name}: the step names this point, and the chain does not list it.");
        }

        _byPointId[point.Id].RemoveAll(listed => listed.Name == point.Name);
        foreach (var disk in point.Disks)
        {
            _listings[disk.Path].RemoveAll(listed => listed.Name == point.Name);
        }
    }

    private void OnViewChanged(ModelNode node)
    {
        if (!node.IsViewable || Restored is null)
        {
            return;
        }

        foreach (var point in PointsAt(node.Path))
        {
            if (IsRestorable(point))
            {
                Restored(point);
            }
        }
    }
}
