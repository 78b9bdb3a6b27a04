using System.Globalization;
using MirrorBackup.Remotes;

namespace MirrorBackup.Vhd.Directories;

/// <summary>Finds the directory that a revision is written to, and sees to it that nothing is in it but what a record vouches for.</summary>
internal static class DataPlacement
{
    private const int MaximumTries = 1000;

    /// <summary>Finds and clears the directory.</summary>
    /// <param name="remote">Where it will lie.</param>
    /// <param name="alias">The alias that will lead to it.</param>
    /// <param name="transfer">What will be written.</param>
    /// <param name="blocks">How many blocks the disk can have.</param>
    /// <param name="options">The record and the lock.</param>
    /// <param name="cancellationToken">Stops the call; leftovers may be gone.</param>
    /// <returns>The directory, and the blocks that a matching record says are there; empty without one.</returns>
    /// <exception cref="RemoteConflictException">Every name is taken.</exception>
    public static async ValueTask<(RemotePath DataPath, BlockSet Flushed)> PrepareAsync(
        IRemote remote, RemotePath alias, StagedTransfer transfer, long blocks, VhdDirectoryWriteOptions options, CancellationToken cancellationToken)
    {
        var claims = await DataClaims.ReadAsync(remote, alias.Parent, cancellationToken).ConfigureAwait(false);
        if (options.EnsureLockHeld is { } ensureHeld)
        {
            await ensureHeld(cancellationToken).ConfigureAwait(false);
        }

        var nothing = new BlockSet(blocks);
        if (options.Staging is { } staging)
        {
            var record = await StagingRecord.ReadAsync(remote, staging.RecordPath, cancellationToken).ConfigureAwait(false);
            if (record is not null && record.TryGetDataPath(out var recorded, out var dataPath) && recorded == alias && claims.IsFree(dataPath))
            {
                if (record.Transfer == transfer && record.Flushed.Length == nothing.ByteLength)
                {
                    var flushed = BlockSet.FromBytes(record.Flushed);
                    await RemoveOthersAsync(remote, dataPath, flushed, cancellationToken).ConfigureAwait(false);
                    return (dataPath, flushed);
                }

                await remote.DeleteTreeAsync(dataPath, cancellationToken).ConfigureAwait(false);
            }

            await remote.DeleteAsync(staging.RecordPath, cancellationToken).ConfigureAwait(false);
        }

        return (await FindAsync(remote, alias, claims, cancellationToken).ConfigureAwait(false), nothing);
    }

    private static async ValueTask<RemotePath> FindAsync(IRemote remote, RemotePath alias, DataClaims claims, CancellationToken cancellationToken)
    {
        var usual = VhdAlias.DataPathFor(alias);
        for (var i = 0; i < MaximumTries; i++)
        {
            var dataPath = i == 0
                ? usual
                : VhdAlias.DataFolderOf(alias) / string.Create(CultureInfo.InvariantCulture, $"{usual.Name[..^VhdAlias.DataEnding.Length]}_{i}{VhdAlias.DataEnding}");
            if (claims.IsClaimed(dataPath))
            {
                continue;
            }

            var found = await remote.StatAsync(dataPath, cancellationToken).ConfigureAwait(false);
            if (found is null)
            {
                return dataPath;
            }

            if (found.Value.IsDirectory && claims.IsFree(dataPath))
            {
                // What an earlier attempt left would show through: blocks of another content, a filter of another codec.
                await remote.DeleteTreeAsync(dataPath, cancellationToken).ConfigureAwait(false);
                return dataPath;
            }
        }

        throw new RemoteConflictException($"{usual} and {MaximumTries - 1} names like it are taken, so that {alias} cannot be written.", ErrorCodes.RemoteAlreadyExists)
        {
            Remote = remote.Name,
            Path = usual.Value,
        };
    }

    // By whole listings: what is removed while one runs may confuse it.
    private static async ValueTask RemoveOthersAsync(IRemote remote, RemotePath dataPath, BlockSet flushed, CancellationToken cancellationToken)
    {
        foreach (var entry in await remote.ListIfThereAsync(dataPath, cancellationToken).ConfigureAwait(false))
        {
            if (!entry.IsDirectory || entry.Name != VhdDirectoryLayout.BlocksFolder)
            {
                await RemoveAsync(remote, entry, cancellationToken).ConfigureAwait(false);
                continue;
            }

            foreach (var folder in await remote.ListIfThereAsync(entry.Path, cancellationToken).ConfigureAwait(false))
            {
                if (!folder.IsDirectory)
                {
                    await RemoveAsync(remote, folder, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                foreach (var block in await remote.ListIfThereAsync(folder.Path, cancellationToken).ConfigureAwait(false))
                {
                    if (block.IsDirectory || !VhdDirectoryLayout.TryParseBlock(folder.Name, block.Name, out var index) || !flushed.Contains(index))
                    {
                        await RemoveAsync(remote, block, cancellationToken).ConfigureAwait(false);
                    }
                }
            }
        }
    }

    private static ValueTask RemoveAsync(IRemote remote, RemoteEntry entry, CancellationToken cancellationToken) => entry.IsDirectory
        ? remote.DeleteTreeAsync(entry.Path, cancellationToken)
        : remote.DeleteAsync(entry.Path, cancellationToken);
}
