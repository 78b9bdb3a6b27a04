using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Mirroring;

/// <summary>
/// The source's backups of one VM as a run sees them: the catalogue, less what turned out to be unreadable.
/// </summary>
internal sealed class SourceBackups : IBackupChain
{
    private readonly BackupChain _chain;
    private readonly Dictionary<string, string> _defects;

    /// <param name="remote">The source.</param>
    /// <param name="catalogue">What it holds.</param>
    /// <param name="mode">Which backups.</param>
    /// <param name="defects">Why revisions, by their paths, turned out to be unreadable; the view follows its changes.</param>
    public SourceBackups(IRemote remote, VmCatalogue catalogue, BackupMode mode, Dictionary<string, string> defects)
    {
        _defects = defects;
        Remote = remote;
        Catalogue = catalogue;
        _chain = catalogue.Chain(mode);
    }

    public IRemote Remote { get; }

    public VmCatalogue Catalogue { get; }

    public RemotePath Folder => RepositoryPaths.VmFolder(VmId);

    public string VmId => _chain.VmId;

    public BackupMode Mode => _chain.Mode;

    public IReadOnlyCollection<RestorePoint> Points => _chain.Points;

    public IReadOnlyCollection<DiskRevision> Revisions => DefectiveChain.RevisionsOf(_chain, _defects);

    public IReadOnlyCollection<PendingMerge> PendingMerges => _chain.PendingMerges;

    public IReadOnlyCollection<string> ReservedPaths => _chain.ReservedPaths;

    public IReadOnlyCollection<ChainProblem> Problems => _chain.Problems;

    /// <summary>The id of the revision at a path; empty if there is none.</summary>
    public string IdOf(string path) => _chain.Revision(path)?.Id ?? "";

    public DiskRevision RevisionAt(string path) => _chain.Revision(path)
        ?? throw new InvalidOperationException($"The plan names {path}, which the catalogue of VM {VmId} does not have.");

    /// <summary>The unfinished merge of which a revision will be the result, or null.</summary>
    public PendingMerge? MergeInto(string path) => _chain.PendingMerges.FirstOrDefault(merge => merge.Survivor?.Path == path);

    public DiskRevision? ParentOf(string path) => _chain.ParentOf(path);

    public BackupMetadata MetadataOf(RestorePoint point) => Catalogue.FindMetadata(point.Name)
        ?? throw new InvalidOperationException($"The plan names {point.Name}, which the catalogue of VM {VmId} does not have.");
}
