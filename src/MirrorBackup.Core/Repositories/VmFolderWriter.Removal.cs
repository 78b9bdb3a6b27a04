using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Repositories;

/// <content>What is removed, and what is not.</content>
public sealed partial class VmFolderWriter
{
    /// <summary>
    /// Removes a revision that nothing lists or needs any more: a VHD file; an alias and then the VHD directory that it leads to; or an archive with its
    /// checksum (which goes first: an archive can do without, and Xen Orchestra cannot write an archive where a checksum was left).
    /// </summary>
    /// <remarks>
    /// A VHD directory goes only if it is certain that no other alias leads to it and no unfinished merge is about it. An alias that leads nowhere goes
    /// alone: Xen Orchestra removes whatever such a one resolves to, and that may be the whole folder of the disk.
    /// </remarks>
    /// <param name="revisionPath">The <see cref="DiskRevision.Path"/>.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="ArgumentException">The path cannot be that of a revision.</exception>
    /// <exception cref="CorruptBackupException">An unfinished merge names it (<see cref="ErrorCodes.CorruptMergeState"/>); nothing was removed.</exception>
    /// <exception cref="BackupLockedException">The lock was lost.</exception>
    public async Task DropAsync(string revisionPath, CancellationToken cancellationToken = default)
    {
        var path = RevisionPath(revisionPath);
        if (VhdAlias.IsAlias(path.Name))
        {
            await DropDirectoryAsync(path, cancellationToken).ConfigureAwait(false);
            return;
        }

        await EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
        await _removal.RemoveFileAsync(RemotePath.Parse(path.Value + RepositoryPaths.ChecksumEnding), cancellationToken).ConfigureAwait(false);
        await _removal.RemoveFileAsync(path, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Removes what an interrupted write or merge left: a temporary file, the state file of a merge that is about nothing, the checksum of a file that is gone, a
    /// VHD directory that belongs to nobody, or one that lies where the aliases do, so that none can lead to it.
    /// </summary>
    /// <param name="path">Relative to the folder of the VM.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="ArgumentException">It is none of these by its name, or by what it is.</exception>
    /// <exception cref="PlanStaleException">An alias leads to the directory, an unfinished merge may be about it, or it is not certain.</exception>
    /// <exception cref="BackupLockedException">The lock was lost.</exception>
    public async Task RemoveLeftoverAsync(string path, CancellationToken cancellationToken = default)
    {
        var target = Folder / path;
        var isFile = TemporaryName.IsTemporary(target.Name) || MergeStateName.TryParse(target.Name, out _) || StrayFiles.IsChecksum(target.Name);
        if (!isFile && !IsDisk(path))
        {
            throw NoLeftover(target);
        }

        await EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
        switch (await _remote.StatAsync(target, cancellationToken).ConfigureAwait(false))
        {
            case null:
                return;
            case { IsFile: true } when isFile:
                await _removal.RemoveFileAsync(target, cancellationToken).ConfigureAwait(false);
                return;
            case { IsDirectory: true } when IsDisk(path) && target.Parent.Name == VhdAlias.DataFolder:
                var claims = await DataClaims.ReadAsync(_remote, target.Parent.Parent, cancellationToken).ConfigureAwait(false);
                await RemoveDataAsync(target, claims, cancellationToken).ConfigureAwait(false);
                return;
            case { IsDirectory: true } when IsDisk(path) && !VhdAlias.IsAlias(target.Name):
                await _removal.RemoveTreeAsync(target, cancellationToken).ConfigureAwait(false);
                return;
            default:
                throw NoLeftover(target);
        }
    }

    private static ArgumentException NoLeftover(RemotePath target) => new(
        $"{target} is neither a temporary file, nor the state file of a merge, nor a checksum, nor a VHD directory.", nameof(target));

    private static bool IsDisk(string path) =>
        path.StartsWith(RepositoryPaths.DisksName + "/", StringComparison.Ordinal) && path.EndsWith(RepositoryPaths.DiskEnding, StringComparison.Ordinal);

    private async ValueTask DropDirectoryAsync(RemotePath alias, CancellationToken cancellationToken)
    {
        var dataPath = await VhdAlias.TryReadAsync(_remote, alias, cancellationToken).ConfigureAwait(false);
        var claims = await DataClaims.ReadAsync(_remote, alias.Parent, alias.Name, cancellationToken).ConfigureAwait(false);
        if (claims.IsMerging(alias.Name))
        {
            throw new CorruptBackupException($"{alias} is not removed: an unfinished merge names it.", ErrorCodes.CorruptMergeState) { Path = alias.Value };
        }

        await EnsureHeldAsync(cancellationToken).ConfigureAwait(false);

        if (dataPath is not { } data || claims.IsClaimed(data))
        {
            await RemoveAliasAsync(alias, cancellationToken).ConfigureAwait(false);
            return;
        }

        // Without its alias the disk is gone for everybody; what is left after a crash is a directory that nobody claims, and a record that says whose it was.
        var record = StagedTransfers.RecordPath(Folder.Name, alias);
        await StagingRecord.OfRemoval(alias, data).WriteAsync(_remote, record, cancellationToken).ConfigureAwait(false);
        await RemoveAliasAsync(alias, cancellationToken).ConfigureAwait(false);
        if (!claims.IsComplete)
        {
            // Somebody else may claim it, which cannot be read just now: a later run, which the record reminds of it, will know.
            return;
        }

        await RemoveDataAsync(data, claims, cancellationToken).ConfigureAwait(false);
        await _remote.DeleteAsync(record, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask RemoveAliasAsync(RemotePath alias, CancellationToken cancellationToken)
    {
        if (await _remote.StatAsync(alias, cancellationToken).ConfigureAwait(false) is { IsDirectory: true })
        {
            // A VHD directory with the name of an alias, as some versions of Xen Orchestra could leave it: nothing opens it.
            await _removal.RemoveTreeAsync(alias, cancellationToken).ConfigureAwait(false);
            return;
        }

        await _removal.RemoveFileAsync(alias, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask RemoveDataAsync(RemotePath dataPath, DataClaims claims, CancellationToken cancellationToken)
    {
        if (!claims.IsFree(dataPath))
        {
            throw new PlanStaleException(
                $"{dataPath} is not removed: {(claims.IsComplete ? "an alias leads to it, or an unfinished merge is about it" : "an alias or the state of a merge in its folder cannot be read")}.")
            {
                Path = dataPath.Value,
            };
        }

        await EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
        await _removal.RemoveTreeAsync(dataPath, cancellationToken).ConfigureAwait(false);
    }
}
