using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Repositories;

/// <summary>
/// What the folder of a VM looks like from outside: the names, lengths and times of all that a catalogue rests on. As long as it stays the same, and no file
/// is so young that a change could hide in the grain of the storage's clock, so does the catalogue.
/// </summary>
/// <param name="Hash">One hash of all of it.</param>
/// <param name="Youngest">When the storage last saw any of it change, by its own clock.</param>
internal sealed record VmFolderState(string Hash, DateTimeOffset Youngest)
{
    /// <summary>Lists the folder and all below it once, but for the blocks of VHD directories, which no catalogue looks at. No file is opened.</summary>
    /// <param name="remote">Where it lies.</param>
    /// <param name="vmId">The VM.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>The state; <see langword="null"/> if there is no such folder, or a part of it went away meanwhile.</returns>
    public static async ValueTask<VmFolderState?> ReadAsync(IRemote remote, string vmId, CancellationToken cancellationToken)
    {
        var hash = new FieldHash();
        var youngest = DateTimeOffset.MinValue;
        var open = new Stack<RemotePath>([RepositoryPaths.VmFolder(vmId)]);
        try
        {
            while (open.TryPop(out var folder))
            {
                hash.Add(folder.Value);
                foreach (var entry in await remote.ListAllAsync(folder, cancellationToken).ConfigureAwait(false))
                {
                    hash.Add(entry.Name);
                    hash.Add((int)entry.Kind);
                    hash.Add(entry.Length);
                    hash.Add(entry.LastModified.UtcTicks);
                    youngest = entry.LastModified > youngest ? entry.LastModified : youngest;
                    if (entry.IsDirectory && !IsBlocks(entry))
                    {
                        open.Push(entry.Path);
                    }
                }
            }
        }
        catch (RemoteNotFoundException)
        {
            return null;
        }

        return new VmFolderState(hash.ToText(), youngest);
    }

    private static bool IsBlocks(RemoteEntry entry) =>
        entry.Name == VhdDirectoryLayout.BlocksFolder && entry.Path.Parent.Name.EndsWith(VhdAlias.DataEnding, StringComparison.Ordinal);
}
