using MirrorBackup.Remotes;
using MirrorBackup.Vhd;

namespace MirrorBackup.Repositories;

/// <content>What is looked at before a change.</content>
public sealed partial class VmFolderWriter
{
    /// <summary>A last look at what a point needs: its own files, and of deltas the parents. What lies below those was read when the run began.</summary>
    private async ValueTask CheckContentAsync(BackupMetadata metadata, CancellationToken cancellationToken)
    {
        try
        {
            if (metadata.ArchivePath is { } archivePath)
            {
                var archive = await XvaArchive.OpenAsync(_remote, Folder / archivePath, metadata.Size, cancellationToken).ConfigureAwait(false);
                await archive.DisposeAsync().ConfigureAwait(false);
            }

            foreach (var disk in metadata.Disks)
            {
                await CheckDiskAsync(Folder / disk.Path, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (RemoteNotFoundException missing)
        {
            throw new CorruptBackupException(
                $"{missing.Path} is not there, and the backup that is to be listed needs it.", ErrorCodes.BrokenChainLink, missing) { Path = missing.Path };
        }
    }

    private async ValueTask CheckDiskAsync(RemotePath path, CancellationToken cancellationToken)
    {
        var file = await VhdDisk.OpenAsync(_remote, path, null, cancellationToken).ConfigureAwait(false);
        await using (file.ConfigureAwait(false))
        {
            if (file.ParentId is not { } parentId)
            {
                return;
            }

            var parent = await VhdDisk.OpenAsync(_remote, VhdChain.ResolveParent(file), null, cancellationToken).ConfigureAwait(false);
            await using (parent.ConfigureAwait(false))
            {
                if (parent.Id != parentId)
                {
                    throw new CorruptBackupException(
                        $"{path} is a delta on {parentId}, but {parent.Path}, the parent that it names, is {parent.Id}.", ErrorCodes.BrokenChainLink) { Path = path.Value };
                }
            }
        }
    }

    private RemotePath RevisionPath(string revisionPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(revisionPath);
        var isDisk = revisionPath.StartsWith(RepositoryPaths.DisksName + "/", StringComparison.Ordinal)
            && revisionPath.EndsWith(RepositoryPaths.DiskEnding, StringComparison.Ordinal);
        var isArchive = !revisionPath.Contains('/', StringComparison.Ordinal) && revisionPath.EndsWith(RepositoryPaths.ArchiveEnding, StringComparison.Ordinal);
        return isDisk || isArchive
            ? Folder / revisionPath
            : throw new ArgumentException($"\"{revisionPath}\" is neither a disk below {RepositoryPaths.DisksName}/ nor an archive.", nameof(revisionPath));
    }

    /// <summary>Removes the cache, after a check of the lock.</summary>
    internal async ValueTask RemoveCacheAsync(CancellationToken cancellationToken)
    {
        await EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
        await DropCacheAsync(cancellationToken).ConfigureAwait(false);
    }

    private ValueTask DropCacheAsync(CancellationToken cancellationToken) =>
        _remote.DeleteAsync(Folder / RepositoryPaths.CacheName, cancellationToken);
}
