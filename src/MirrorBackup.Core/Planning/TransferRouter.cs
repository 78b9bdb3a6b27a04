using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>
/// Finds out how a disk can be sent: as it is, if the destination holds its parent; otherwise collapsed with its ancestors on the
/// source, down to one that the destination holds, or to the key.
/// </summary>
internal sealed class TransferRouter(BackupChain source, DestinationModel model, DestinationRequest request, PlanningOptions options)
{
    // What could not be sent once cannot be sent as part of a younger revision either: without this, a long chain above a gap
    // would be walked again for each of its points.
    private readonly Dictionary<string, RouteFailure> _blocked = new(StringComparer.Ordinal);

    private readonly StorageForm _form = source.Mode == BackupMode.Full ? StorageForm.Archive : request.Profile.Form;

    internal StorageForm Form => _form;

    /// <summary>The route of a disk that the destination does not list at this point.</summary>
    internal DiskRoute? Find(PointDisk disk, out RouteFailure? failure)
    {
        var existing = source.Revision(disk.Path) is { } revision ? ExistingCopy(revision) : null;
        if (existing is not null)
        {
            failure = null;
            return new DiskRoute { Disk = disk.Disk, Existing = existing };
        }

        return Walk(disk, fixedPath: null, out failure);
    }

    /// <summary>The route of a disk whose revision on the destination is broken and is to be written again at its path.</summary>
    internal DiskRoute? FindInPlace(PointDisk disk, string fixedPath, out RouteFailure? failure) => Walk(disk, fixedPath, out failure);

    private DiskRoute? Walk(PointDisk disk, string? fixedPath, out RouteFailure? failure)
    {
        var sources = new List<DiskRevision>(1);
        var current = source.Revision(disk.Path);
        failure = current is null
            ? new RouteFailure(PlanConflictKind.SourceGap, $"{disk.Path}: the source lists it and it is not there", disk.Path)
            : null;
        while (failure is null && current is not null)
        {
            if (_blocked.TryGetValue(current.Path, out failure))
            {
                break;
            }

            sources.Add(current);
            failure = CheckReadable(current, sources.Count);
            if (failure is not null)
            {
                break;
            }

            if (!current.IsDelta)
            {
                failure = CheckKey(sources);
                break;
            }

            if (FindParent(current, fixedPath) is { } parent)
            {
                return new DiskRoute { Disk = disk.Disk, Sources = sources, Parent = parent, FixedPath = fixedPath };
            }

            var above = source.ParentOf(current.Path);
            failure = above is null
                ? new RouteFailure(PlanConflictKind.SourceGap, $"{current.Path}: its parent {current.ParentId} is neither on the source nor usable on the destination", current.Path)
                : null;
            current = above;
        }

        if (failure is null)
        {
            return new DiskRoute { Disk = disk.Disk, Sources = sources, FixedPath = fixedPath };
        }

        Block(sources, failure, fixedPath);
        return null;
    }

    private RouteFailure? CheckReadable(DiskRevision revision, int length)
    {
        if (!revision.IsReadable)
        {
            return new RouteFailure(PlanConflictKind.SourceGap, $"{revision.Path}: the source cannot open it ({revision.Defect ?? "no reason given"})", revision.Path);
        }

        return length > source.Revisions.Length
            ? new RouteFailure(PlanConflictKind.SourceGap, $"{revision.Path}: its parents on the source form a cycle", revision.Path)
            : null;
    }

    private RouteFailure? CheckKey(List<DiskRevision> sources) => sources.Count > 1 && !options.AllowSyntheticKeys
        ? new RouteFailure(
            PlanConflictKind.MissingParent,
            $"{sources[^2].Path}: {request.Name} holds no usable copy of its parent {sources[^2].ParentId}, and keys made of several revisions are not allowed",
            sources[^2].Path)
        : null;

    private void Block(List<DiskRevision> sources, RouteFailure failure, string? fixedPath)
    {
        if (fixedPath is null)
        {
            foreach (var revision in sources)
            {
                _blocked.TryAdd(revision.Path, failure);
            }
        }
    }

    /// <summary>A copy that is complete because a listed point stands on it, or shows it.</summary>
    private ModelNode? ExistingCopy(DiskRevision revision)
    {
        if (revision.Form.Kind == StorageKind.Archive)
        {
            return null;
        }

        foreach (var node in model.Graph.WithId(revision.Id))
        {
            if (IsUsable(node, revision.Disk))
            {
                return node;
            }
        }

        return null;
    }

    /// <summary>The copy of the parent to stand on: in a folder of this job before that of another, and one that has no child yet.</summary>
    private ModelNode? FindParent(DiskRevision delta, string? fixedPath)
    {
        ModelNode? best = null;
        foreach (var node in model.Graph.WithId(delta.ParentId!))
        {
            if (IsUsable(node, delta.Disk) && IsFree(node, fixedPath) && (best is not { } known || Rank(node).CompareTo(Rank(known)) < 0))
            {
                best = node;
            }
        }

        return best;
    }

    private bool IsUsable(ModelNode node, string disk) =>
        node is { IsViewable: true, IsLeftover: false, IsUntouchable: false } && node.Revision.Form == _form && node.Revision.Disk == disk;

    private static bool IsFree(ModelNode parent, string? fixedPath)
    {
        foreach (var child in parent.Children)
        {
            if (child.Path != fixedPath)
            {
                return false;
            }
        }

        return fixedPath is null
            || (fixedPath.StartsWith(parent.Revision.Directory + "/", StringComparison.Ordinal)
                && fixedPath.LastIndexOf('/') == parent.Revision.Directory.Length
                && string.CompareOrdinal(parent.Path, fixedPath) < 0);
    }

    private (int, string) Rank(ModelNode node) =>
        (node.Path.StartsWith($"vdis/{request.JobId}/", StringComparison.Ordinal) ? 0 : 1, node.Path);
}
