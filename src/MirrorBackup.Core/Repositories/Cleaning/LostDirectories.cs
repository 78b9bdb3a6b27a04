using System.Collections.Immutable;
using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Repositories.Cleaning;

/// <summary>
/// Finds the VHD directories of listed aliases that are missing or lead nowhere. A directory is that of an alias only if it has the id that the metadata tells,
/// opens, has a file for every block that its table counts, and is the only such one.
/// </summary>
internal sealed class LostDirectories(IRemote remote, RemotePath folder, VmCatalogue catalogue)
{
    /// <summary>Looks for them.</summary>
    /// <param name="deadAliases">Aliases that name nothing that an alias may name.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The directories, by alias, relative to the folder of the VM.</returns>
    public async ValueTask<ImmutableSortedDictionary<string, string>> FindAsync(IReadOnlySet<string> deadAliases, CancellationToken cancellationToken)
    {
        var found = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        var chain = catalogue.Chain(BackupMode.Incremental);
        foreach (var disk in catalogue.Points.SelectMany(static point => point.Metadata.Disks).DistinctBy(static disk => disk.Path))
        {
            var isLost = VhdAlias.IsAlias(disk.Path) && (deadAliases.Contains(disk.Path) || chain.Revision(disk.Path) is null);
            if (isLost && disk.RevisionId is { } id && await FindAsync(disk.Path, id, cancellationToken).ConfigureAwait(false) is [var only])
            {
                found[disk.Path] = only;
            }
        }

        return found.ToImmutable();
    }

    private async ValueTask<List<string>> FindAsync(string alias, string id, CancellationToken cancellationToken)
    {
        var data = $"{VmNeeds.DirectoryOf(alias)}/{VhdAlias.DataFolder}";
        var whole = new List<string>();
        foreach (var stray in catalogue.StrayFiles.Where(stray => stray.Kind == StrayFileKind.UnclaimedDirectory && VmNeeds.DirectoryOf(stray.Path) == data))
        {
            if (await IsWholeAsync(alias, stray.Path, id, cancellationToken).ConfigureAwait(false))
            {
                whole.Add(stray.Path);
            }
        }

        return whole;
    }

    private async ValueTask<bool> IsWholeAsync(string alias, string path, string id, CancellationToken cancellationToken)
    {
        try
        {
            var directory = await VhdDirectory.OpenDataAsync(remote, folder / alias, folder / path, cancellationToken).ConfigureAwait(false);
            await using (directory.ConfigureAwait(false))
            {
                if (directory.Id.ToString("D") != id)
                {
                    return false;
                }

                var files = (await RemoteTree.ReadAsync(remote, folder / path, cancellationToken).ConfigureAwait(false)).Entries
                    .Where(static entry => entry is { IsFile: true, Length: > 0 }).Select(static entry => entry.Path).ToHashSet();
                return directory.AllocatedBlocks.All(block => files.Contains(VhdDirectoryLayout.Block(directory.DataPath, block)));
            }
        }
        catch (Exception other) when (other is RemoteNotFoundException || other.IsDamage())
        {
            return false;
        }
    }
}
