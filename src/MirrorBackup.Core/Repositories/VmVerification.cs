using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Directories;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Repositories;

/// <summary>The verification of one VM.</summary>
internal sealed class VmVerification(BackupRepository repository, string vm)
{
    private readonly RemotePath _folder = RepositoryPaths.VmFolder(vm);
    private readonly HashSet<string> _damaged = new(StringComparer.Ordinal);
    private readonly Dictionary<string, bool> _isDelta = new(StringComparer.Ordinal);

    public List<VerificationFinding> Findings { get; } = [];

    public int PointCount { get; private set; }

    public int IntactPointCount { get; private set; }

    public long BytesRead { get; private set; }

    public async ValueTask RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var catalogue = await repository.LoadWithoutCacheAsync(vm, cancellationToken).ConfigureAwait(false);
            PointCount = catalogue.Points.Length;
            Findings.AddRange(CatalogueFindings.Of(catalogue));
            await CheckCacheAsync(catalogue, cancellationToken).ConfigureAwait(false);
            await ReadContentAsync(catalogue, cancellationToken).ConfigureAwait(false);
            CheckPoints(catalogue);
        }
        catch (MirrorBackupException failed)
        {
            Add(FindingSeverity.Error, FindingKind.NotAccessible, failed.Path ?? "", failed.Message);
        }
    }

    private async ValueTask ReadContentAsync(VmCatalogue catalogue, CancellationToken cancellationToken)
    {
        foreach (var mode in (BackupMode[])[BackupMode.Full, BackupMode.Incremental])
        {
            foreach (var revision in catalogue.Chain(mode).Revisions.Where(static revision => revision.IsReadable))
            {
                await ReadContentAsync(revision, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask ReadContentAsync(DiskRevision revision, CancellationToken cancellationToken)
    {
        try
        {
            if (revision.Form.Kind == StorageKind.Archive)
            {
                await ReadArchiveAsync(revision, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await ReadDiskAsync(revision, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (MirrorBackupException unreadable)
        {
            _damaged.Add(revision.Path);
            var kind = unreadable is CorruptBackupException or IntegrityException ? FindingKind.Content : FindingKind.NotAccessible;
            Add(FindingSeverity.Error, kind, revision.Path, unreadable.Message);
        }
    }

    private async ValueTask ReadDiskAsync(DiskRevision revision, CancellationToken cancellationToken)
    {
        var vhd = await UnfinishedMerges.OpenAsync(repository.Remote, _folder / revision.Path, revision, cancellationToken).ConfigureAwait(false);
        await using (vhd.ConfigureAwait(false))
        {
            _isDelta[revision.Path] = vhd.ParentId is not null;
            await ReadBlocksAsync(vhd, revision, cancellationToken).ConfigureAwait(false);
            if (vhd is VhdDirectory directory
                && await UncountedBlocks.CountAsync(repository.Remote, directory, cancellationToken).ConfigureAwait(false) is > 0 and var uncounted)
            {
                Add(FindingSeverity.Information, FindingKind.Leftover, revision.Path,
                    $"{directory.DataPath} holds {uncounted} files among its blocks that its table does not count; they are never read.");
            }
        }
    }

    private async ValueTask ReadBlocksAsync(IVhdDisk vhd, DiskRevision revision, CancellationToken cancellationToken)
    {
        if (await RevisionContent.ReadBlocksAsync(vhd, count => BytesRead += count, cancellationToken).ConfigureAwait(false) is { } defect)
        {
            _damaged.Add(revision.Path);
            Add(FindingSeverity.Error, FindingKind.Content, revision.Path, defect);
        }
    }

    private async ValueTask ReadArchiveAsync(DiskRevision revision, CancellationToken cancellationToken)
    {
        var archive = await XvaArchive.OpenAsync(repository.Remote, _folder / revision.Path, cancellationToken: cancellationToken).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
        {
            if (archive.Checksum is null && repository.Remote.Capabilities.EncryptionFingerprint is null)
            {
                Add(FindingSeverity.Warning, FindingKind.Description, revision.Path, "The archive has no checksum file: altered content cannot be found.");
            }

            await RevisionContent.ReadArchiveAsync(archive, count => BytesRead += count, cancellationToken).ConfigureAwait(false);
        }
    }

    // Damage of one revision reaches every point whose disk stands on it.
    private void CheckPoints(VmCatalogue catalogue)
    {
        foreach (var (point, metadata) in catalogue.Points)
        {
            var chain = catalogue.Chain(point.Id.Mode);
            if (chain.IsRestorable(point) && !point.Disks.Any(disk => StandsOnDamage(chain, disk.Path)))
            {
                IntactPointCount++;
            }

            foreach (var disk in metadata.Disks)
            {
                if (disk.IsDifferencing is { } told && _isDelta.TryGetValue(disk.Path, out var isDelta) && told != isDelta)
                {
                    Add(FindingSeverity.Information, FindingKind.Description, RepositoryPaths.Metadata(point.Name),
                        $"isVhdDifferencing of the disk {disk.Disk} is {(told ? "true" : "false")}, but the disk is {(isDelta ? "a delta" : "a key")}.");
                }
            }
        }
    }

    private bool StandsOnDamage(BackupChain chain, string path)
    {
        for (var revision = chain.Revision(path); revision is not null; revision = chain.ParentOf(revision.Path))
        {
            if (_damaged.Contains(revision.Path))
            {
                return true;
            }
        }

        return false;
    }

    private async ValueTask CheckCacheAsync(VmCatalogue catalogue, CancellationToken cancellationToken)
    {
        var names = await MetadataCache.TryReadNamesAsync(repository.Remote, _folder, cancellationToken).ConfigureAwait(false);
        if (names is not null && !names.SetEquals(catalogue.Points.Select(static point => RepositoryPaths.Metadata(point.Point.Name))))
        {
            Add(FindingSeverity.Warning, FindingKind.Cache, RepositoryPaths.CacheName,
                $"The cache names {names.Count} backups, other than the {catalogue.Points.Length} that are there; Xen Orchestra goes by it.");
        }
    }

    private void Add(FindingSeverity severity, FindingKind kind, string path, string message) =>
        Findings.Add(new VerificationFinding(severity, kind, vm, path, message));
}
