using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Makes the step that brings one point to a destination, or says why there is none.</summary>
internal sealed class StepBuilder
{
    private readonly BackupChain _source;
    private readonly DestinationModel _model;
    private readonly DestinationRequest _request;
    private readonly TransferRouter _router;
    private readonly TargetNames _names;
    private readonly TransferWays _ways;

    internal StepBuilder(SourceView source, DestinationModel model, BackupChain destination, DestinationRequest request, PlanningOptions options)
    {
        _source = source.Chain;
        _model = model;
        _request = request;
        _router = new TransferRouter(_source, model, request, options);
        _names = new TargetNames(model, destination, request.JobId, _router.Form);
        _ways = new TransferWays(_router.Form, source.Encryption, request.Profile.EncryptionFingerprint);
    }

    internal TransferStep? Transfer(RestorePoint point, StepReason reason, out RouteFailure? failure)
    {
        var routes = new List<DiskRoute>(point.Disks.Length);
        failure = null;
        foreach (var disk in point.Disks)
        {
            failure = CheckId(disk);
            if (failure is null && _router.Find(disk, out failure) is { } route)
            {
                failure = SizeLimits.Check(route, _router.Form, _request.Profile);
                routes.Add(route);
            }

            if (failure is not null)
            {
                return null;
            }
        }

        return _names.Take(point.Id, routes, out failure) is { } name ? Transfer(point, reason, routes, name) : null;
    }

    internal ReplaceStep? Replace(RestorePoint point, RestorePoint listed, StepReason reason, out RouteFailure? failure)
    {
        failure = CheckSameBackup(point, listed);
        if (failure is not null)
        {
            return null;
        }

        var routes = new List<DiskRoute>(listed.Disks.Length);
        foreach (var disk in listed.Disks)
        {
            if (_model.Graph.Find(disk.Path) is { IsViewable: true })
            {
                continue;
            }

            if (HealingRoute(point, listed, disk, out failure) is not { } route)
            {
                return null;
            }

            routes.Add(route);
        }

        return Replace(point, listed, reason, routes);
    }

    private TransferStep Transfer(RestorePoint point, StepReason reason, List<DiskRoute> routes, string name)
    {
        var sent = ImmutableArray.CreateBuilder<DiskTransfer>(routes.Count);
        var disks = ImmutableArray.CreateBuilder<PointDisk>(routes.Count);
        foreach (var route in routes)
        {
            var path = route.Existing?.Path ?? _names.PathOf(route, name);
            disks.Add(new PointDisk(route.Disk, path));
            if (route.Existing is null)
            {
                sent.Add(ToTransfer(route, path));
            }
        }

        return new TransferStep
        {
            Point = point,
            Written = point with { Name = name, Disks = disks.ToImmutable(), JobId = _request.JobId, ScheduleId = _request.ScheduleId, IsProtected = false },
            Disks = sent.ToImmutable(),
            Reason = reason,
            ByteCount = Sum(sent),
        };
    }

    private ReplaceStep Replace(RestorePoint point, RestorePoint listed, StepReason reason, List<DiskRoute> routes)
    {
        var sent = ImmutableArray.CreateBuilder<DiskTransfer>(routes.Count);
        var paths = listed.Disks.ToBuilder();
        foreach (var route in routes)
        {
            var transfer = ToTransfer(route, route.FixedPath ?? _names.PathOf(route, listed.Name));
            sent.Add(transfer);
            for (var i = 0; i < paths.Count; i++)
            {
                if (paths[i].Disk == route.Disk)
                {
                    paths[i] = new PointDisk(route.Disk, transfer.TargetPath);
                }
            }
        }

        return new ReplaceStep
        {
            Point = point,
            Listed = listed,
            Written = listed with { Disks = paths.ToImmutable() },
            Disks = sent.ToImmutable(),
            Reason = reason,
            ByteCount = Sum(sent),
        };
    }

    /// <summary>Two backups may have one instant: the disks of one are not to be healed with those of the other.</summary>
    private RouteFailure? CheckSameBackup(RestorePoint point, RestorePoint listed)
    {
        foreach (var disk in listed.Disks)
        {
            var onSource = point.Disks.FirstOrDefault(candidate => candidate.Disk == disk.Disk).Path;
            var node = _model.Graph.Find(disk.Path);
            var isNeeded = node is { IsViewable: true } or { Children.IsEmpty: false };
            var sourceId = onSource is null ? null : _source.Revision(onSource)?.Id;
            if (onSource is null || (isNeeded && sourceId != node!.Value.Revision.Id) || (sourceId is not null && !_names.MayLieAt(disk.Path, sourceId)))
            {
                return AnotherBackup(disk.Path);
            }
        }

        return point.Disks.Length == listed.Disks.Length ? null : AnotherBackup(listed.Name + ".json");
    }

    private RouteFailure AnotherBackup(string path) => new(
        PlanConflictKind.CannotHeal, $"{path}: it is part of a broken point of {_request.Name}, and the point of the source of the same instant is another backup", path);

    /// <summary>At its path, if the destination still writes that form; else under the same name in the new form.</summary>
    private DiskRoute? HealingRoute(RestorePoint point, RestorePoint listed, PointDisk disk, out RouteFailure? failure)
    {
        var onSource = point.Disks.FirstOrDefault(candidate => candidate.Disk == disk.Disk);
        if (onSource.Path is null)
        {
            failure = new RouteFailure(PlanConflictKind.CannotHeal, $"{disk.Path}: it is broken on {_request.Name}, and the point of the source has no disk {disk.Disk}", disk.Path);
            return null;
        }

        failure = CheckId(onSource);
        if (failure is not null)
        {
            return null;
        }

        var canStay = HasForm(disk.Path) && _model.PointsAt(disk.Path).Count == 1 && !_names.IsReserved(disk.Path);
        var route = canStay ? _router.FindInPlace(onSource, disk.Path, out failure) : _router.Find(onSource, out failure);
        if (route is null)
        {
            return null;
        }

        failure = SizeLimits.Check(route, _router.Form, _request.Profile);
        if (failure is null && route.FixedPath is null && (route.Existing is not null || !_names.IsPathFree(route, listed.Name)))
        {
            failure = new RouteFailure(PlanConflictKind.CannotHeal, $"{disk.Path}: it is broken on {_request.Name} and cannot be written again as {_router.Form} under the name of its point", disk.Path);
        }

        return failure is null ? route : null;
    }

    private bool HasForm(string path) => _router.Form.Kind switch
    {
        StorageKind.Archive => true,
        StorageKind.VhdDirectory => path.EndsWith(".alias.vhd", StringComparison.Ordinal),
        _ => !path.EndsWith(".alias.vhd", StringComparison.Ordinal),
    };

    private DiskTransfer ToTransfer(DiskRoute route, string path)
    {
        var sources = ImmutableArray.CreateBuilder<string>(route.Sources.Count);
        for (var i = route.Sources.Count - 1; i >= 0; i--)
        {
            sources.Add(route.Sources[i].Path);
        }

        return new DiskTransfer
        {
            Disk = route.Disk,
            SourcePaths = sources.MoveToImmutable(),
            RevisionId = route.Youngest.Id,
            TargetPath = path,
            ParentPath = route.Parent?.Path,
            ParentId = route.Parent?.Revision.Id,
            Form = _router.Form,
            Way = _ways.Of(route.Sources),
            VirtualSize = route.Youngest.VirtualSize,
            ByteCount = route.ByteCount,
        };
    }

    private RouteFailure? CheckId(PointDisk disk) => _source.Mode == BackupMode.Full || PathSegment.IsSafe(disk.Disk)
        ? null
        : new RouteFailure(PlanConflictKind.UnsafeName, $"{disk.Path}: the id of its disk, of {disk.Disk.Length} characters, cannot be the name of a folder", disk.Path);

    private static long Sum(ImmutableArray<DiskTransfer>.Builder disks)
    {
        var sum = 0L;
        foreach (var disk in disks)
        {
            sum += disk.ByteCount;
        }

        return sum;
    }
}
