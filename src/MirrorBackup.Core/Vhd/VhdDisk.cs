using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Vhd;

/// <summary>Opens a revision that is stored as a VHD, whatever its form.</summary>
public static class VhdDisk
{
    /// <summary>Opens a revision by its name: one that ends in <c>.alias.vhd</c> leads to a VHD directory, any other is a VHD file.</summary>
    /// <param name="remote">Where it lies.</param>
    /// <param name="path">The file, or the alias.</param>
    /// <param name="options">How strictly a file is opened; <see langword="null"/> for the default.</param>
    /// <param name="cancellationToken">Stops the call; nothing stays open.</param>
    /// <returns>The open disk, owned by the caller.</returns>
    /// <exception cref="RemoteNotFoundException">The file or alias is not there.</exception>
    /// <exception cref="CorruptBackupException">As when a <see cref="VhdFile"/> or a <see cref="VhdDirectory"/> is opened.</exception>
    /// <exception cref="UnsupportedBackupException">Likewise; or <paramref name="path"/> is a directory, which only an alias may lead to.</exception>
    public static async ValueTask<IVhdDisk> OpenAsync(
        IRemote remote, RemotePath path, VhdOpenOptions? options = null, CancellationToken cancellationToken = default)
    {
        if (VhdAlias.IsAlias(path.Name))
        {
            return await VhdDirectory.OpenAsync(remote, path, cancellationToken).ConfigureAwait(false);
        }

        try
        {
            return await VhdFile.OpenAsync(remote, path, options, cancellationToken).ConfigureAwait(false);
        }
        catch (RemoteConflictException directory)
        {
            throw new UnsupportedBackupException(
                $"{path} is a directory; a VHD directory lies below {VhdAlias.DataFolder}/ and is opened by its alias.", innerException: directory) { Path = path.Value };
        }
    }
}
