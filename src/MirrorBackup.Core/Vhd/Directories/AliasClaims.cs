using System.Text;
using MirrorBackup.Remotes;

namespace MirrorBackup.Vhd.Directories;

/// <summary>The VHD directories that the aliases of a folder lead to: what an alias claims is not free, whatever its name.</summary>
internal sealed class AliasClaims
{
    private readonly Dictionary<RemotePath, int> _claims = [];

    /// <summary>How many aliases lead to this directory.</summary>
    public int Count(RemotePath dataPath) => _claims.GetValueOrDefault(dataPath);

    /// <summary>
    /// Reads all aliases of a folder, once each. In doubt a directory is claimed: an alias that is not followed still claims what has the name that it ends
    /// with. A failure to read one is raised.
    /// </summary>
    public static async ValueTask<AliasClaims> ReadAsync(IRemote remote, RemotePath folder, CancellationToken cancellationToken)
    {
        var aliases = new List<RemotePath>();
        await foreach (var entry in remote.ListAsync(folder, cancellationToken).ConfigureAwait(false))
        {
            if (entry.Kind == RemoteEntryKind.File && VhdAlias.IsAlias(entry.Name))
            {
                aliases.Add(entry.Path);
            }
        }

        var claims = new AliasClaims();
        foreach (var alias in aliases)
        {
            if (await ReadClaimAsync(remote, alias, cancellationToken).ConfigureAwait(false) is { } dataPath)
            {
                claims._claims[dataPath] = claims.Count(dataPath) + 1;
            }
        }

        return claims;
    }

    /// <summary>Reads where an alias leads.</summary>
    /// <returns>The directory; <see langword="null"/> if the alias is not there or leads nowhere.</returns>
    public static async ValueTask<RemotePath?> TryReadAsync(IRemote remote, RemotePath alias, CancellationToken cancellationToken)
    {
        try
        {
            return await VhdAlias.ReadAsync(remote, alias, cancellationToken).ConfigureAwait(false);
        }
        catch (RemoteNotFoundException)
        {
            return null;
        }
        catch (CorruptBackupException invalid) when (invalid.Code == ErrorCodes.InvalidAlias)
        {
            return null;
        }
    }

    private static async ValueTask<RemotePath?> ReadClaimAsync(IRemote remote, RemotePath alias, CancellationToken cancellationToken)
    {
        byte[] content;
        try
        {
            content = await remote.ReadAllAsync(alias, VhdAlias.MaximumLength, cancellationToken).ConfigureAwait(false);
        }
        catch (RemoteNotFoundException)
        {
            return null;
        }
        catch (CorruptBackupException tooLarge) when (tooLarge.Code == ErrorCodes.FileTooLarge)
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(content).Trim();
        var name = text[(text.LastIndexOf('/') + 1)..];
        return name.Length > 0 && RemotePath.TryParse(name, out _) ? VhdAlias.DataFolderOf(alias) / name : null;
    }
}
