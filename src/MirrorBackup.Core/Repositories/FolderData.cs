using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Repositories;

/// <summary>
/// The <c>data</c> folder of one disk folder: which of its VHD directories no alias names, and which more than one does. Names prove nothing: after a merge a
/// directory keeps the name of a revision that is gone.
/// </summary>
internal sealed class FolderData(string relative, IReadOnlyCollection<FolderDisk> disks, FolderMerges merges)
{
    /// <summary>What is in the folder and belongs to no revision.</summary>
    public List<StrayFile> StrayFiles { get; } = [];

    /// <summary>Lists the folder.</summary>
    public async ValueTask ReadAsync(IRemote remote, RemotePath folder, CancellationToken cancellationToken)
    {
        var claimed = disks.Select(static disk => disk.DataPath?.Name).Concat(MergedNames()).ToHashSet(StringComparer.Ordinal);
        try
        {
            await foreach (var entry in remote.ListAsync(folder / VhdAlias.DataFolder, cancellationToken).ConfigureAwait(false))
            {
                if (!claimed.Contains(entry.Name))
                {
                    var kind = IsVhdDirectory(entry) ? StrayFileKind.UnclaimedDirectory : Repositories.StrayFiles.KindOf(entry);
                    StrayFiles.Add(new StrayFile($"{relative}/{VhdAlias.DataFolder}/{entry.Name}", kind, entry.Length));
                }
            }
        }
        catch (RemoteNotFoundException)
        {
            // Removed meanwhile.
        }
    }

    /// <summary>
    /// Aliases that name one directory. Xen Orchestra removes the directory with the first of them that it removes, so nothing may be retired. Between the
    /// last steps of a merge it is so for a moment, which is no problem.
    /// </summary>
    public IEnumerable<ChainProblem> SharedDirectories() =>
        from shared in disks.Where(static disk => disk.DataPath is not null).GroupBy(static disk => disk.DataPath!.Value)
        let names = shared.Select(static disk => disk.Revision.FileName).Order(StringComparer.Ordinal).ToArray()
        where names.Length > 1 && !names.All(merges.IsMember)
        from name in names
        select new ChainProblem(
            ChainProblemKind.SharedDirectory,
            $"{relative}/{name}",
            $"It names {VhdAlias.DataFolder}/{shared.Key.Name}, as {string.Join(", ", names.Where(other => other != name))} does; the directory goes with the first that is removed.")
        {
            PreventsRetiring = true,
        };

    private static bool IsVhdDirectory(RemoteEntry entry) => entry.IsDirectory && entry.Name.EndsWith(VhdAlias.DataEnding, StringComparison.Ordinal);

    // The alias of an ancestor may be gone before its merge has ended.
    private IEnumerable<string> MergedNames() =>
        from merge in merges.Pending
        where !merge.IsLeftover
        from path in merge.Paths
        let name = path[(path.LastIndexOf('/') + 1)..]
        where VhdAlias.IsAlias(name) && name.Length > VhdAlias.Ending.Length
        select name[..^VhdAlias.Ending.Length] + VhdAlias.DataEnding;
}
