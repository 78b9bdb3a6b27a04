using System.Collections.Immutable;
using MirrorBackup.Backups;
using MirrorBackup.Remotes;

namespace MirrorBackup.Vhd.Merging;

/// <summary>
/// Finds what revisions are stored in while a merge of their folder is unfinished. Only asked where opening in the ordinary way has failed, so that a
/// folder without unfinished merges costs nothing.
/// </summary>
internal static class UnfinishedMerges
{
    /// <summary>Reads the states of all merges of a folder that say which disks they are about.</summary>
    public static async ValueTask<List<MergeState>> ReadStatesAsync(IRemote remote, RemotePath folder, CancellationToken cancellationToken)
    {
        var states = new List<MergeState>();
        foreach (var entry in await remote.ListIfThereAsync(folder, cancellationToken).ConfigureAwait(false))
        {
            if (!entry.IsFile || !MergeStateName.TryParse(entry.Name, out var ancestor))
            {
                continue;
            }

            try
            {
                var content = await remote.ReadAllAsync(entry.Path, MergeStateName.MaximumLength, cancellationToken).ConfigureAwait(false);
                var state = MergeState.Parse(content, entry.Path.Value);
                if (!state.Chain.IsEmpty && state.Chain[0] == ancestor)
                {
                    states.Add(state);
                }
            }
            catch (Exception e) when (e is RemoteNotFoundException or CorruptBackupException or IntegrityException)
            {
                // Finished meanwhile, or not to be followed: what it names is then only what it is itself.
            }
        }

        return states;
    }

    /// <summary>
    /// Finds what is to be opened in the place of a revision, by the copy of the footer at its start (<see cref="MergeFolder.Tolerant"/>). A merge whose
    /// ancestor holds everything already and has not got the newest name yet: the newest revision is what the ancestor is, whatever its own name still
    /// leads to. Any other: the ancestor is what it was, though its two footers may differ.
    /// </summary>
    /// <returns>The name of the file or alias, by the name of the revision.</returns>
    public static async ValueTask<ImmutableDictionary<string, string>> FindHoldersAsync(IRemote remote, RemotePath folder, CancellationToken cancellationToken)
    {
        var holders = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var state in await ReadStatesAsync(remote, folder, cancellationToken).ConfigureAwait(false))
        {
            var ancestorId = await TryReadIdAsync(remote, folder.Combine(state.Chain[0]), cancellationToken).ConfigureAwait(false);
            var newestId = await TryReadIdAsync(remote, folder.Combine(state.Chain[^1]), cancellationToken).ConfigureAwait(false);
            var expected = state.NewestId ?? newestId;
            if (ancestorId is not null)
            {
                var isComplete = ancestorId == expected && (newestId ?? expected) == expected;
                holders[isComplete ? state.Chain[^1] : state.Chain[0]] = state.Chain[0];
            }
        }

        return holders.ToImmutable();
    }

    /// <summary>Opens a revision as a catalogue shows it: what its name leads to, or the ancestor that has taken its place and not its name yet.</summary>
    /// <param name="remote">Where it lies.</param>
    /// <param name="path">Its path.</param>
    /// <param name="revision">What the catalogue says of it.</param>
    /// <param name="cancellationToken">Stops the call; nothing stays open.</param>
    /// <returns>The open disk, owned by the caller.</returns>
    public static async ValueTask<IVhdDisk> OpenAsync(IRemote remote, RemotePath path, DiskRevision revision, CancellationToken cancellationToken)
    {
        string? ancestor;
        try
        {
            var disk = await VhdDisk.OpenAsync(remote, path, null, cancellationToken).ConfigureAwait(false);
            if (disk.Id.ToString("D") == revision.Id && disk.ParentId?.ToString("D") == revision.ParentId)
            {
                return disk;
            }

            if (!(await FindHoldersAsync(remote, path.Parent, cancellationToken).ConfigureAwait(false)).TryGetValue(path.Name, out ancestor))
            {
                return disk;
            }

            await disk.DisposeAsync().ConfigureAwait(false);
        }
        catch (MirrorBackupException broken) when (broken is RemoteNotFoundException or CorruptBackupException or IntegrityException)
        {
            if (!(await FindHoldersAsync(remote, path.Parent, cancellationToken).ConfigureAwait(false)).TryGetValue(path.Name, out ancestor))
            {
                throw;
            }
        }

        return await VhdDisk.OpenAsync(remote, path.Parent.Combine(ancestor), MergeFolder.Tolerant, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<Guid?> TryReadIdAsync(IRemote remote, RemotePath path, CancellationToken cancellationToken)
    {
        try
        {
            var disk = await VhdDisk.OpenAsync(remote, path, MergeFolder.Tolerant, cancellationToken).ConfigureAwait(false);
            await using (disk.ConfigureAwait(false))
            {
                return disk.Id;
            }
        }
        catch (Exception e) when (e is RemoteNotFoundException || e.IsDamage())
        {
            return null;
        }
    }
}
