using System.IO.Hashing;
using System.Text;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Repositories;

/// <summary>
/// The records of transfers into VHD directories, and of removals of such, that have not ended, one file each. They lie outside the folder of backups,
/// where Xen Orchestra removes what it does not know.
/// </summary>
internal static class StagedTransfers
{
    private static readonly RemotePath s_folder = RemotePath.Parse(".mirrorbackup/transfers");

    /// <summary>Where the record of the transfer to an alias lies.</summary>
    public static RemotePath RecordPath(string vmId, RemotePath alias) =>
        s_folder / vmId / $"{XxHash128.HashToUInt128(Encoding.UTF8.GetBytes(alias.Value)):x32}.json";

    /// <summary>Removes the records of transfers that nobody wants any more, each with the blocks that it was for.</summary>
    /// <param name="remote">The destination.</param>
    /// <param name="vmFolder">The folder of the VM; only what lies in it is removed.</param>
    /// <param name="wanted">The aliases that are going to be written.</param>
    /// <param name="ensureLockHeld">Called before something is removed.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public static async Task DiscardAsync(
        IRemote remote, RemotePath vmFolder, IReadOnlySet<RemotePath> wanted, Func<CancellationToken, ValueTask> ensureLockHeld, CancellationToken cancellationToken)
    {
        var keep = wanted.Select(alias => RecordPath(vmFolder.Name, alias)).ToHashSet();
        var records = await ListAsync(remote, vmFolder.Name, cancellationToken).ConfigureAwait(false);
        foreach (var path in records.Select(static entry => entry.Path).Where(path => !keep.Contains(path)))
        {
            await ensureLockHeld(cancellationToken).ConfigureAwait(false);
            await DiscardAsync(remote, vmFolder, path, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The files in the place for the records of a VM.</summary>
    public static async ValueTask<IEnumerable<RemoteEntry>> ListAsync(IRemote remote, string vmId, CancellationToken cancellationToken) =>
        (await remote.ListIfThereAsync(s_folder / vmId, cancellationToken).ConfigureAwait(false)).Where(static entry => entry.IsFile);

    private static async Task DiscardAsync(IRemote remote, RemotePath vmFolder, RemotePath path, CancellationToken cancellationToken)
    {
        if (await StagingRecord.ReadAsync(remote, path, cancellationToken).ConfigureAwait(false) is { } record
            && record.TryGetDataPath(out var alias, out var dataPath)
            && alias.IsAtOrBelow(vmFolder))
        {
            var claims = await DataClaims.ReadAsync(remote, alias.Parent, cancellationToken).ConfigureAwait(false);
            if (!claims.IsComplete)
            {
                // Nobody knows whose the directory is before everything that may claim it can be read.
                return;
            }

            if (claims.IsFree(dataPath))
            {
                await remote.DeleteTreeAsync(dataPath, cancellationToken).ConfigureAwait(false);
            }
        }

        await remote.DeleteAsync(path, cancellationToken).ConfigureAwait(false);
    }
}
