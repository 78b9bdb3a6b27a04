using System.Collections.Immutable;
using MirrorBackup.Backups;
using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories;

/// <summary>Reads the folder of one VM into a catalogue.</summary>
internal sealed class CatalogueReader(IRemote remote, string vmId, BackupRepositoryOptions options, ImmutabilityMarker? marker)
{
    private readonly RemotePath _folder = RepositoryPaths.VmFolder(vmId);

    public async ValueTask<VmCatalogue> ReadAsync(CancellationToken cancellationToken)
    {
        var listing = await VmFolderListing.ReadAsync(remote, _folder, cancellationToken).ConfigureAwait(false);
        var metadata = await MetadataFolder.ReadAsync(
            remote, _folder, listing, options.MayUseCache, options.Concurrency, cancellationToken).ConfigureAwait(false);
        var disks = ListedDisks(metadata);
        listing = await listing.WithFoldersAsync(remote, disks.Keys.Select(path => (_folder / path).Parent), cancellationToken).ConfigureAwait(false);
        var archives = await ArchiveFolder.ReadAsync(
            remote, listing, ListedArchives(metadata), options.Concurrency, cancellationToken).ConfigureAwait(false);
        var folders = new List<DiskFolder>();
        foreach (var (path, entries) in listing.DiskFolders)
        {
            folders.Add(await new DiskFolderReader(remote, _folder, path, disks, options.Concurrency).ReadAsync(entries, cancellationToken).ConfigureAwait(false));
        }

        return Build(listing, metadata, archives, folders);
    }

    private VmCatalogue Build(VmFolderListing listing, MetadataFolder metadata, ImmutableArray<DiskRevision> archives, List<DiskFolder> folders)
    {
        var points = metadata.Backups
            .Select(backup => new CataloguedPoint(Point(backup.Key[..^RepositoryPaths.MetadataEnding.Length], backup.Value), backup.Value))
            .OrderBy(static point => point.Point.Id)
            .ThenBy(static point => point.Point.Name, StringComparer.Ordinal)
            .ToImmutableArray();
        var paths = AllPaths(listing);
        var full = new ChainDraft(vmId, BackupMode.Full, points, archives, [], paths, metadata.Problems);
        var incremental = new ChainDraft(
            vmId,
            BackupMode.Incremental,
            points,
            [.. folders.SelectMany(static folder => folder.Revisions)],
            [.. folders.SelectMany(static folder => folder.PendingMerges)],
            paths,
            [.. metadata.Problems, .. folders.SelectMany(static folder => folder.Problems)]);
        var catalogue = new VmCatalogue(
            vmId, BackupChain.From(full), BackupChain.From(incremental), points, Strays(listing, archives, folders))
        {
            IsCacheStale = metadata.IsCacheStale,
        };
        Log(catalogue, metadata.IsFromCache);
        return catalogue;
    }

    private RestorePoint Point(string name, BackupMetadata metadata) => new()
    {
        Id = metadata.Id,
        Name = name,
        Disks = metadata.ArchivePath is { } archive
            ? [new PointDisk(DiskRevision.ArchiveDisk, archive)]
            : [.. metadata.Disks.Select(static disk => new PointDisk(disk.Disk, disk.Path))],
        JobId = metadata.JobId,
        ScheduleId = metadata.ScheduleId,
        VmTags = metadata.VmTags,
        Size = metadata.Size,
        IsProtected = marker?.Protects(metadata.Timestamp, options.TimeProvider.GetUtcNow()) ?? false,
    };

    private static Dictionary<string, MetadataDisk> ListedDisks(MetadataFolder metadata)
    {
        var disks = new Dictionary<string, MetadataDisk>(StringComparer.Ordinal);
        foreach (var (_, backup) in metadata.Backups)
        {
            foreach (var disk in backup.Disks)
            {
                disks.TryAdd(disk.Path, disk);
            }
        }

        return disks;
    }

    private static Dictionary<string, BackupMetadata> ListedArchives(MetadataFolder metadata)
    {
        var archives = new Dictionary<string, BackupMetadata>(StringComparer.Ordinal);
        foreach (var (_, backup) in metadata.Backups)
        {
            if (backup.ArchivePath is { } archive)
            {
                archives.TryAdd(archive, backup);
            }
        }

        return archives;
    }

    private ImmutableArray<string> AllPaths(VmFolderListing listing) =>
        [.. listing.Entries.Concat(listing.JobEntries).Concat(listing.DiskFolders.Values.SelectMany(static entries => entries)).Select(entry => Relative(entry.Path))];

    private ImmutableArray<StrayFile> Strays(VmFolderListing listing, ImmutableArray<DiskRevision> archives, List<DiskFolder> folders)
    {
        var checksums = archives.Select(static archive => archive.Path + RepositoryPaths.ChecksumEnding).ToHashSet(StringComparer.Ordinal);
        var known = archives.Select(static archive => archive.Path).Concat(checksums)
            .Append(RepositoryPaths.CacheName).Append(RepositoryPaths.DisksName).ToHashSet(StringComparer.Ordinal);
        var root = listing.Entries.Where(entry => !known.Contains(entry.Name) && !VmFolderListing.IsMetadata(entry));
        var jobs = listing.JobEntries.Where(static entry => !entry.IsDirectory);
        return
        [
            .. root.Concat(jobs).Select(entry => new StrayFile(Relative(entry.Path), StrayFiles.KindOf(entry), entry.Length))
                .Concat(folders.SelectMany(static folder => folder.StrayFiles))
                .OrderBy(static file => file.Path, StringComparer.Ordinal),
        ];
    }

    private string Relative(RemotePath path) => path.Value[(_folder.Value.Length + 1)..];

    private void Log(VmCatalogue catalogue, bool isFromCache)
    {
        var problems = catalogue.Problems.ToArray();
        options.Logger.Loaded(remote.Name, vmId, catalogue.Points.Length, problems.Length, isFromCache);
        foreach (var problem in problems)
        {
            options.Logger.Problem(remote.Name, vmId, problem.Path, problem.Message);
        }
    }
}
