using MirrorBackup.Backups;

namespace MirrorBackup.Repositories.Cleaning;

/// <summary>
/// What the restore points of a VM need, and where that is in doubt. Whatever could be needed counts as needed: a parent by its name as well as by its id,
/// in a folder with a listed disk that cannot be read everything. Pure.
/// </summary>
internal sealed class VmNeeds
{
    private readonly VmCatalogue _catalogue;
    private readonly HashSet<string> _needed = new(StringComparer.Ordinal);
    private readonly HashSet<string> _merging = new(StringComparer.Ordinal);
    private readonly HashSet<string> _wanted = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _doubts = new(StringComparer.Ordinal);

    public VmNeeds(VmCatalogue catalogue)
    {
        _catalogue = catalogue;
        VmDoubt = catalogue.Problems.FirstOrDefault(static problem => problem.Kind == ChainProblemKind.UnreadableMetadata) is { } unreadable
            ? $"{unreadable.Path} cannot be read and may list it"
            : null;
        foreach (var problem in catalogue.Problems.Where(static problem => problem.PreventsRetiring))
        {
            _doubts.TryAdd(DirectoryOf(problem.Path), $"{problem.Path} leaves doubt about its folder");
        }

        foreach (var mode in (BackupMode[])[BackupMode.Full, BackupMode.Incremental])
        {
            Add(catalogue.Chain(mode));
        }
    }

    /// <summary>Why no disk or archive of the VM may go, or null.</summary>
    public string? VmDoubt { get; }

    /// <summary>Whether a point lists what lies at a path.</summary>
    public bool IsListed(string path) => _catalogue.Chain(BackupMode.Full).IsListed(path) || _catalogue.Chain(BackupMode.Incremental).IsListed(path);

    /// <summary>Whether a point lists what lies at a path, or a listed delta may stand on it.</summary>
    public bool IsNeeded(string path) => _needed.Contains(path);

    /// <summary>Whether the state of a merge names it, whatever that state is worth.</summary>
    public bool IsMerging(string path) => _merging.Contains(path);

    /// <summary>Whether a listed disk, or the parent of a needed delta, that is missing or does not open has this id.</summary>
    public bool IsWanted(string id) => _wanted.Contains(id);

    /// <summary>Why nothing of a folder may go that no point lists, or null.</summary>
    public string? DoubtIn(string directory) => VmDoubt ?? _doubts.GetValueOrDefault(directory);

    /// <summary>The folder of a path, or an empty text.</summary>
    public static string DirectoryOf(string path) => path.LastIndexOf('/') is >= 0 and var slash ? path[..slash] : "";

    private void Add(BackupChain chain)
    {
        _merging.UnionWith(chain.PendingMerges.SelectMany(static merge => merge.Paths));
        var byId = chain.Revisions.ToLookup(static revision => (revision.Directory, revision.Id));
        foreach (var point in chain.Points)
        {
            foreach (var disk in point.Disks)
            {
                Need(chain, byId, disk.Path);
                if (!chain.IsViewable(disk.Path))
                {
                    _doubts.TryAdd(DirectoryOf(disk.Path), $"{disk.Path}, which {RepositoryPaths.Metadata(point.Name)} lists, cannot be read");
                    Want(chain, point, disk.Path);
                }
            }
        }
    }

    private void Need(BackupChain chain, ILookup<(string Directory, string Id), DiskRevision> byId, string listed)
    {
        var open = new Stack<string>([listed]);
        while (open.TryPop(out var path))
        {
            if (!_needed.Add(path) || chain.Revision(path) is not { ParentId: { } parentId } delta)
            {
                continue;
            }

            if (delta.ParentPath is { } named)
            {
                open.Push(named);
            }

            foreach (var parent in byId[(delta.Directory, parentId)])
            {
                open.Push(parent.Path);
            }

            if (chain.ParentOf(path) is null)
            {
                _wanted.Add(parentId);
            }
        }
    }

    private void Want(BackupChain chain, RestorePoint point, string path)
    {
        if (chain.Revision(path) is not { IsReadable: true }
            && _catalogue.FindMetadata(point.Name)?.Disks.FirstOrDefault(disk => disk.Path == path)?.RevisionId is { } id)
        {
            _wanted.Add(id);
        }
    }
}
