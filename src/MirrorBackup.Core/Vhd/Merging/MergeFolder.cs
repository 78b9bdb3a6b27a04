using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Vhd.Merging;

/// <summary>Reads what the files of a disk's folder are.</summary>
internal static class MergeFolder
{
    /// <summary>Opens every VHD of a folder; files by the copy of the footer at the start: that of an interrupted merge's ancestor is all it may have.</summary>
    /// <param name="remote">Where the folder lies.</param>
    /// <param name="folder">The folder of one disk.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>Those that open, by name. What is corrupt is left out; every other failure is raised.</returns>
    public static async ValueTask<Dictionary<string, MergeMember>> ReadAsync(IRemote remote, RemotePath folder, CancellationToken cancellationToken)
    {
        var members = new Dictionary<string, MergeMember>(StringComparer.Ordinal);
        await foreach (var entry in remote.ListAsync(folder, cancellationToken).ConfigureAwait(false))
        {
            var name = entry.Path.Name;
            if (entry.Kind != RemoteEntryKind.File || name.StartsWith('.') || !name.EndsWith(VhdAlias.DataEnding, StringComparison.Ordinal))
            {
                continue;
            }

            try
            {
                var file = await VhdDisk.OpenAsync(remote, entry.Path, Tolerant, cancellationToken).ConfigureAwait(false);
                await using (file.ConfigureAwait(false))
                {
                    members.Add(name, ToMember(file));
                }
            }
            catch (Exception e) when (e.IsDamage())
            {
                // Not a member of anything: the assessment says what is missing.
            }
        }

        return members;
    }

    /// <summary>For the ancestor of an interrupted merge.</summary>
    public static VhdOpenOptions Tolerant { get; } = new() { VerifyEndFooter = false };

    /// <summary>What an open VHD is.</summary>
    public static MergeMember ToMember(IVhdDisk file) =>
        new(file.Path.Name, file.Id, file.ParentId, file.ParentName)
        {
            DataPath = (file as VhdDirectory)?.DataPath,
            FooterChecksum = file.Footer.Checksum,
            HeaderChecksum = file.Header?.Checksum ?? 0,
        };
}
