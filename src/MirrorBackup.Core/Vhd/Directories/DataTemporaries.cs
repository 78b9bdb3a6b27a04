using MirrorBackup.Remotes;

namespace MirrorBackup.Vhd.Directories;

/// <summary>The temporary files that a write which was cut off left inside a VHD directory.</summary>
internal static class DataTemporaries
{
    /// <summary>Removes ours. Nobody may be writing to the directory.</summary>
    /// <param name="remote">Where it lies.</param>
    /// <param name="directory">The directory, or one below it.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public static async ValueTask RemoveAsync(IRemote remote, RemotePath directory, CancellationToken cancellationToken)
    {
        var (files, folders) = (new List<RemotePath>(), new List<RemotePath>());
        await foreach (var entry in remote.ListAsync(directory, cancellationToken).ConfigureAwait(false))
        {
            if (entry.IsDirectory)
            {
                folders.Add(entry.Path);
            }
            else if (entry.IsFile && TemporaryName.IsTemporary(entry.Name) && TemporaryName.IsOurs(entry.Name))
            {
                files.Add(entry.Path);
            }
        }

        foreach (var file in files)
        {
            await remote.DeleteAsync(file, cancellationToken).ConfigureAwait(false);
        }

        foreach (var folder in folders)
        {
            await RemoveAsync(remote, folder, cancellationToken).ConfigureAwait(false);
        }
    }
}
