using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Finds names for new points: that of their instant, or, where it is taken or not after its parent's, of the next second that is free.</summary>
internal sealed class TargetNames
{
    private const int MaxTries = 3600;
    private const long MinSecond = -62135596800;
    private const long MaxSecond = 253402300799;

    private readonly DestinationModel _model;
    private readonly BackupChain _chain;
    private readonly string _jobId;
    private readonly StorageForm _form;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly HashSet<string> _reserved = new(StringComparer.Ordinal);
    private readonly ExpectedParents _expected;

    internal TargetNames(DestinationModel model, BackupChain chain, string jobId, StorageForm form)
    {
        _model = model;
        _chain = chain;
        _jobId = jobId;
        _form = form;
        _expected = new ExpectedParents(model);
        _reserved.UnionWith(chain.ReservedPaths);
        foreach (var merge in chain.PendingMerges)
        {
            _reserved.Add(merge.StatePath);
            _reserved.UnionWith(merge.Paths.IsDefault ? [] : merge.Paths);
        }
    }

    /// <summary>The folder in which a disk is to be written: that of its parent, else that of the job.</summary>
    internal string DirectoryOf(DiskRoute route) => _form.Kind == StorageKind.Archive
        ? ""
        : route.Parent?.Revision.Directory ?? $"vdis/{_jobId}/{route.Disk}";

    internal string PathOf(DiskRoute route, string name)
    {
        var directory = DirectoryOf(route);
        return directory.Length == 0 ? name + Extension : $"{directory}/{name}{Extension}";
    }

    /// <summary>Finds a name and takes it.</summary>
    internal string? Take(PointId point, List<DiskRoute> routes, out RouteFailure? failure)
    {
        failure = null;
        var second = (long)Math.Floor(point.Timestamp / 1000.0);
        foreach (var route in routes)
        {
            if (route.Parent is { } parent && PointNames.InstantOf(parent.Revision.FileName) is { } above)
            {
                second = Math.Max(second, (above / 1000) + 1);
            }
        }

        for (var tries = 0; tries < MaxTries && second is >= MinSecond and <= MaxSecond; tries++, second++)
        {
            var name = new PointId(point.Mode, second * 1000).ToString();
            if (IsFree(name, routes))
            {
                _names.Add(name);
                return name;
            }
        }

        failure = new RouteFailure(PlanConflictKind.NoFreeName, $"no free file name within {MaxTries} s of {point}");
        return null;
    }

    /// <summary>Whether something that is no revision needs a path, such as the state of a merge that names it.</summary>
    internal bool IsReserved(string path) => _reserved.Contains(path);

    /// <summary>Whether a revision may lie at a path, for all that deltas expect there.</summary>
    internal bool MayLieAt(string path, string revisionId) => _expected.Allow(path, revisionId);

    /// <summary>Whether a disk may be written under a name that its point already has.</summary>
    internal bool IsPathFree(DiskRoute route, string name)
    {
        var path = PathOf(route, name);
        return IsPathFree(path) && MayLieAt(path, route.Youngest.Id) && SortsAfterParent(route, name);
    }

    private string Extension => _form.Kind switch
    {
        StorageKind.Archive => ".xva",
        StorageKind.VhdFile => ".vhd",
        _ => ".alias.vhd",
    };

    private bool IsFree(string name, List<DiskRoute> routes)
    {
        if (_chain.HasName(name) || _names.Contains(name) || _reserved.Contains(name + ".json"))
        {
            return false;
        }

        foreach (var route in routes)
        {
            if (route.Existing is null && !IsPathFree(route, name))
            {
                return false;
            }
        }

        return true;
    }

    private bool IsPathFree(string path) =>
        !_reserved.Contains(path) && !_model.IsListed(path) && _model.Graph.Find(path) is null;

    private bool SortsAfterParent(DiskRoute route, string name) =>
        route.Parent is not { } parent || string.CompareOrdinal(name + Extension, parent.Revision.FileName) > 0;
}
