using MirrorBackup.Remotes;

namespace MirrorBackup.Vhd.Directories;

/// <summary>Looks for block files that a VHD directory holds and its table does not count: left by an earlier attempt, and never read.</summary>
internal static class UncountedBlocks
{
    /// <summary>Counts them, and whatever else lies among the blocks.</summary>
    /// <param name="remote">Where the directory lies.</param>
    /// <param name="directory">The directory.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    public static async ValueTask<int> CountAsync(IRemote remote, VhdDirectory directory, CancellationToken cancellationToken)
    {
        var blocks = directory.DataPath / VhdDirectoryLayout.BlocksFolder;
        var uncounted = 0;
        try
        {
            await foreach (var folder in remote.ListAsync(blocks, cancellationToken).ConfigureAwait(false))
            {
                uncounted += folder.IsDirectory ? await CountAsync(remote, directory, folder.Path, cancellationToken).ConfigureAwait(false) : 1;
            }
        }
        catch (RemoteNotFoundException)
        {
            // A disk without blocks needs no folder for them.
        }

        return uncounted;
    }

    private static async ValueTask<int> CountAsync(IRemote remote, VhdDirectory directory, RemotePath folder, CancellationToken cancellationToken)
    {
        var uncounted = 0;
        await foreach (var file in remote.ListAsync(folder, cancellationToken).ConfigureAwait(false))
        {
            var isBlock = file.IsFile && VhdDirectoryLayout.TryParseBlock(folder.Name, file.Name, out var block) && directory.IsAllocated(block);
            uncounted += isBlock ? 0 : 1;
        }

        return uncounted;
    }
}
