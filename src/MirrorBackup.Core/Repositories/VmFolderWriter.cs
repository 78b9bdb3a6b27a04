using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;

namespace MirrorBackup.Repositories;

/// <summary>
/// Changes the folder of a VM, one step at a time, in an order that a crash at any moment leaves readable: disks before the metadata
/// that lists them, and the reverse for removing. Before each change the lock is checked at the storage. One caller at a time.
/// </summary>
/// <remarks>
/// Xen Orchestra believes its cache blindly, so the cache goes before the first point does, and is written anew by
/// <see cref="RewriteCacheAsync"/> from what is really there; without one, everybody reads the metadata itself.
/// </remarks>
public sealed partial class VmFolderWriter
{
    private readonly IRemote _remote;
    private readonly IRemoteLock? _lock;
    private readonly int _concurrency;
    private readonly IRemoval _removal;

    internal VmFolderWriter(IRemote remote, RemotePath folder, IRemoteLock? vmLock, int concurrency, IRemoval? removal = null)
    {
        _removal = removal ?? new Deletion(remote);
        _remote = remote;
        Folder = folder;
        _lock = vmLock;
        _concurrency = concurrency;
    }

    /// <summary>The folder of the VM.</summary>
    public RemotePath Folder { get; }

    /// <summary>Lists a restore point: what it needs is made durable and looked at once more, then its metadata is written, all or nothing.</summary>
    /// <param name="name"><see cref="RestorePoint.Name"/>.</param>
    /// <param name="metadata">Its metadata.</param>
    /// <param name="replace">Whether metadata of this name may be there and is replaced.</param>
    /// <param name="cancellationToken">Stops the call; the point is then listed or not, never half.</param>
    /// <exception cref="CorruptBackupException">A disk of the point, or a parent, is not there or does not open (<see cref="ErrorCodes.BrokenChainLink"/>).</exception>
    /// <exception cref="RemoteConflictException">There is metadata of this name, and <paramref name="replace"/> is not set.</exception>
    /// <exception cref="BackupLockedException">The lock was lost.</exception>
    public async Task PublishAsync(string name, BackupMetadata metadata, bool replace = false, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        var path = Folder / RepositoryPaths.Metadata(name);
        await EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
        await _remote.FlushAsync(Folder, cancellationToken).ConfigureAwait(false);
        await CheckContentAsync(metadata, cancellationToken).ConfigureAwait(false);
        await EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
        await _remote.WriteAllAsync(path, metadata.ToUtf8(), new WriteOptions(MustBeNew: !replace), cancellationToken).ConfigureAwait(false);
        await DropCacheAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Stops listing a restore point: the cache goes, then the metadata. Its disks stay. Nothing happens if it is not listed.</summary>
    /// <param name="name"><see cref="RestorePoint.Name"/>.</param>
    /// <param name="cancellationToken">Stops the call; the point is then listed or not.</param>
    /// <exception cref="BackupLockedException">The lock was lost.</exception>
    public async Task UnlistAsync(string name, CancellationToken cancellationToken = default)
    {
        var path = Folder / RepositoryPaths.Metadata(name);
        await EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
        await DropCacheAsync(cancellationToken).ConfigureAwait(false);
        await _remote.DeleteAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes the checksum of an archive, over an old one if there is one: after the archive, before the metadata.</summary>
    /// <param name="archivePath">The <see cref="DiskRevision.Path"/> of the archive.</param>
    /// <param name="checksum">The checksum of its stored bytes.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="BackupLockedException">The lock was lost.</exception>
    public async Task WriteChecksumAsync(string archivePath, ArchiveChecksum checksum, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(checksum);
        var path = RemotePath.Parse(RevisionPath(archivePath).Value + RepositoryPaths.ChecksumEnding);
        await EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
        await _remote.WriteAllAsync(path, checksum.ToUtf8(), default, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Corrects the metadata of a point on which a merge ended: its size, and which of its disks are deltas, both from the disks themselves.
    /// </summary>
    /// <param name="name"><see cref="RestorePoint.Name"/>.</param>
    /// <param name="cancellationToken">Stops the call; the old or the new metadata is there.</param>
    /// <returns>The metadata that is there now.</returns>
    /// <exception cref="CorruptBackupException">A disk of the point does not open.</exception>
    /// <exception cref="BackupLockedException">The lock was lost.</exception>
    public async Task<BackupMetadata> RewriteMergedAsync(string name, CancellationToken cancellationToken = default)
    {
        var path = Folder / RepositoryPaths.Metadata(name);
        var metadata = await MetadataFolder.ReadFileAsync(_remote, path, cancellationToken).ConfigureAwait(false);
        var deltas = new HashSet<string>(StringComparer.Ordinal);
        var size = 0L;
        foreach (var disk in metadata.Disks)
        {
            var file = await VhdDisk.OpenAsync(_remote, Folder / disk.Path, null, cancellationToken).ConfigureAwait(false);
            await using (file.ConfigureAwait(false))
            {
                size += VhdStreamDescription.ComputeLength(file.VirtualSize, file.AllocatedBlocks.Count);
                if (file.ParentId is not null)
                {
                    deltas.Add(disk.Path);
                }
            }
        }

        var corrected = metadata.WithMergedDisks(size, disk => deltas.Contains(disk.Path));
        await EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
        await DropCacheAsync(cancellationToken).ConfigureAwait(false);
        await _remote.WriteAllAsync(path, corrected.ToUtf8(), default, cancellationToken).ConfigureAwait(false);
        return corrected;
    }

    /// <summary>Writes the cache from the metadata files that are there now, at the end of the work on a VM; without any, it goes.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="BackupLockedException">The lock was lost.</exception>
    public async Task RewriteCacheAsync(CancellationToken cancellationToken = default)
    {
        var listing = await VmFolderListing.ReadAsync(_remote, Folder, cancellationToken).ConfigureAwait(false);
        var metadata = await MetadataFolder.ReadAsync(_remote, Folder, listing, mayUseCache: false, _concurrency, cancellationToken).ConfigureAwait(false);
        await EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
        if (metadata.Backups.IsEmpty)
        {
            await DropCacheAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        var content = MetadataCache.Write(Folder, metadata.Backups);
        await _remote.WriteAllAsync(Folder / RepositoryPaths.CacheName, content, default, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Checks, at the storage, that the lock is still ours.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="BackupLockedException">It is not.</exception>
    public ValueTask EnsureHeldAsync(CancellationToken cancellationToken = default) => _lock?.EnsureHeldAsync(cancellationToken) ?? default;
}
