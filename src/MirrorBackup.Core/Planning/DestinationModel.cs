using System.Collections.Immutable;
using System.Diagnostics;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>
/// A chain that steps can be applied to, one after the other, at a cost that grows with the step and not with the chain: what no step changed is looked up
/// in the chain.
/// </summary>
internal sealed class DestinationModel
{
    private readonly BackupChain _origin;
    private readonly ListedPoints _points;
    private readonly Dictionary<string, List<RestorePoint>> _relisted = new(StringComparer.Ordinal);
    private readonly List<PendingMerge> _pendingMerges;

    internal DestinationModel(BackupChain chain)
    {
        _origin = chain;
        _points = new ListedPoints(chain);
        _pendingMerges = [.. chain.PendingMerges];
        Graph = new RevisionGraph(chain) { ViewChanged = OnViewChanged };
    }

    /// <summary>Is told of each listed point that a step made restorable.</summary>
    internal Action<RestorePoint>? Restored { get; set; }

    internal BackupMode Mode => _origin.Mode;

    internal RevisionGraph Graph { get; }

    internal IEnumerable<RestorePoint> Points => _points.All;

    internal IReadOnlyList<RestorePoint> Find(PointId id) => _points.Find(id);

    internal IReadOnlyList<RestorePoint> PointsAt(string path)
    {
        if (_relisted.TryGetValue(path, out var points))
        {
            return points;
        }

        var position = _origin.PositionOf(path);
        return position == PositionTable.None ? _origin.Listings.PointsAtMissing(path) : _origin.Listings.PointsAt(position);
    }

    internal bool IsListed(string path) => PointsAt(path).Count > 0;

    /// <summary>The same as for its path, but without looking for it where nothing has changed.</summary>
    internal bool IsListed(ModelNode node) => node.Position >= _origin.Revisions.Length || Graph.Has(node.Position, NodeTraits.Relisted)
        ? IsListed(node.Path)
        : _origin.Listings.IsListed(node.Position);

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

    /// <summary>The listed points that cannot be restored.</summary>
    internal IEnumerable<RestorePoint> Unrestorable()
    {
        for (var slot = 0; slot < _points.SlotCount; slot++)
        {
            if (_points[slot] is { } point && !(_points.IsAsAtFirst(slot) && IsRestorable(slot)) && !IsRestorable(point))
            {
                yield return point;
            }
        }
    }

    /// <summary>Adds what the disks of the listed points stand on to a set.</summary>
    /// <param name="nodes">Receives the revisions, point by point.</param>
    /// <param name="counts">Which points count; <see langword="null"/> for all of them.</param>
    internal void AddNeeded(NodeSet nodes, Func<RestorePoint, bool>? counts)
    {
        for (var slot = 0; slot < _points.SlotCount; slot++)
        {
            if (_points[slot] is not { } point || counts?.Invoke(point) == false)
            {
                continue;
            }

            var known = _points.IsAsAtFirst(slot) ? _origin.Listings.RevisionsOf(slot) : [];
            foreach (var position in known)
            {
                nodes.AddWithAncestors(position);
            }

            if (known.IsEmpty || known.Contains(PositionTable.None))
            {
                foreach (var disk in point.Disks)
                {
                    nodes.AddWithAncestors(Graph.Find(disk.Path)?.Position ?? PositionTable.None);
                }
            }
        }
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

    /// <summary>The chain as it is now; it is made when somebody asks for it, until when nothing must be applied.</summary>
    internal BackupChain ToChain() => new(_origin.VmId, _origin.Mode, new Lazy<ChainContents>(() => ChainContents.Create(
        _origin.VmId,
        _origin.Mode,
        _points.All,
        Graph.ToImmutable(),
        _pendingMerges,
        _origin.ReservedPaths,
        _origin.Problems.Where(problem => problem.PreventsRetiring))));

    /// <summary>Whether the point that the chain has at a position can be restored by the files that it found there.</summary>
    private bool IsRestorable(int point)
    {
        foreach (var revision in _origin.Listings.RevisionsOf(point))
        {
            if (revision == PositionTable.None || Graph.NodeAt(revision) is not { IsViewable: true })
            {
                return false;
            }
        }

        return true;
    }

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
        _points.Add(point);
        foreach (var disk in point.Disks)
        {
            // A point that names one file for two disks lists it once.
            var points = Relisted(disk.Path);
            if (points.Count == 0 || !ReferenceEquals(points[^1], point))
            {
                points.Add(point);
            }
        }
    }

    private void Unlist(RestorePoint point)
    {
        if (!_points.Remove(point))
        {
            throw new MirrorBackupException(ErrorCodes.InvalidRequest, $"{point.Name}: the step names this point, and the chain does not list it.");
        }

        foreach (var disk in point.Disks)
        {
            Relisted(disk.Path).RemoveAll(listed => listed.Name == point.Name);
        }
    }

    /// <summary>The points that list a path, to be changed.</summary>
    private List<RestorePoint> Relisted(string path)
    {
        if (!_relisted.TryGetValue(path, out var points))
        {
            _relisted.Add(path, points = [.. PointsAt(path)]);
            if (_origin.PositionOf(path) is not PositionTable.None and var position)
            {
                Graph.Mark(position, NodeTraits.Relisted);
            }
        }

        return points;
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
