using System.Collections.Immutable;
using System.Globalization;
using MirrorBackup.Backups;
using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories;

/// <summary>The archives in the folder of a VM, each as the one revision of a pseudo disk.</summary>
internal static class ArchiveFolder
{
    /// <summary>Looks at every archive. Listed ones must be as long as their metadata says.</summary>
    public static async ValueTask<ImmutableArray<DiskRevision>> ReadAsync(
        IRemote remote, VmFolderListing listing, IReadOnlyDictionary<string, BackupMetadata> listed, int concurrency, CancellationToken cancellationToken)
    {
        var archives = listing.Entries
            .Where(static entry => entry.IsFile && entry.Name.EndsWith(RepositoryPaths.ArchiveEnding, StringComparison.Ordinal) && !TemporaryName.IsTemporary(entry.Name))
            .ToArray();
        var read = await BoundedWork.RunAsync(
            archives, concurrency, (entry, stop) => ReadAsync(remote, entry, listed.GetValueOrDefault(entry.Name), stop), cancellationToken).ConfigureAwait(false);
        return [.. read.Where(static revision => revision is not null).Select(static revision => revision!)];
    }

    private static async ValueTask<DiskRevision?> ReadAsync(IRemote remote, RemoteEntry entry, BackupMetadata? metadata, CancellationToken cancellationToken)
    {
        var revision = new DiskRevision
        {
            Disk = DiskRevision.ArchiveDisk,
            Id = metadata is null ? $"unlisted:{entry.Name}" : metadata.Timestamp.ToString(CultureInfo.InvariantCulture),
            Path = entry.Name,
            Form = StorageForm.Archive,
            VirtualSize = entry.Length,
            AllocatedBytes = entry.Length,
        };
        try
        {
            var archive = await XvaArchive.OpenAsync(remote, entry.Path, metadata is { Size: > 0 } ? metadata.Size : null, cancellationToken).ConfigureAwait(false);
            await archive.DisposeAsync().ConfigureAwait(false);
            return revision;
        }
        catch (RemoteNotFoundException)
        {
            return null;
        }
        catch (MirrorBackupException broken) when (broken is CorruptBackupException or IntegrityException)
        {
            return revision with { IsReadable = false, Defect = broken.Message };
        }
    }
}
