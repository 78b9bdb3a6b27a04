using System.Collections.Immutable;
using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Directories;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Repositories;

/// <summary>
/// Reads the folder of one disk: opens every VHD by its own structures, links deltas to their parents by file name and id, and
/// assesses the merges that are said to be under way.
/// </summary>
internal sealed class DiskFolderReader(IRemote remote, RemotePath vmFolder, RemotePath folder, IReadOnlyDictionary<string, MetadataDisk> listed, int concurrency)
{
    private readonly string _relative = folder.Value[(vmFolder.Value.Length + 1)..];
    private readonly List<StrayFile> _strayFiles = [];

    public async ValueTask<DiskFolder> ReadAsync(ImmutableArray<RemoteEntry> entries, CancellationToken cancellationToken)
    {
        var disks = new List<RemoteEntry>();
        var states = new Dictionary<string, RemoteEntry>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            Sort(entry, disks, states);
        }

        var opened = await BoundedWork.RunAsync(
            disks, concurrency, (entry, stop) => OpenAsync(entry, !states.ContainsKey(entry.Name), stop), cancellationToken).ConfigureAwait(false);
        var byName = opened.Where(static disk => disk is not null).ToDictionary(static disk => disk!.Revision.FileName, static disk => disk!, StringComparer.Ordinal);
        var merges = new FolderMerges(_relative, byName, name => listed.ContainsKey($"{_relative}/{name}"));
        foreach (var (ancestor, state) in states)
        {
            await AssessAsync(merges, ancestor, state, byName, cancellationToken).ConfigureAwait(false);
        }

        var data = new FolderData(_relative, [.. byName.Values], merges);
        merges.ShowComplete();
        var links = new FolderLinks(_relative, byName, merges, listed.ContainsKey);
        if (entries.Any(static entry => entry is { IsDirectory: true, Name: VhdAlias.DataFolder }))
        {
            await data.ReadAsync(remote, folder, cancellationToken).ConfigureAwait(false);
        }

        return new DiskFolder
        {
            Revisions = links.Check(),
            PendingMerges = [.. merges.Pending],
            Problems = [.. merges.Problems, .. links.Problems, .. data.SharedDirectories()],
            StrayFiles = [.. _strayFiles, .. links.Copies, .. data.StrayFiles],
        };
    }

    private void Sort(RemoteEntry entry, List<RemoteEntry> disks, Dictionary<string, RemoteEntry> states)
    {
        if (entry.IsFile && MergeStateName.TryParse(entry.Name, out var ancestor))
        {
            states.Add(ancestor, entry);
        }
        else if (!TemporaryName.IsTemporary(entry.Name) && entry.Name.EndsWith(RepositoryPaths.DiskEnding, StringComparison.Ordinal))
        {
            if (entry.IsDirectory && !listed.ContainsKey($"{_relative}/{entry.Name}"))
            {
                _strayFiles.Add(new StrayFile($"{_relative}/{entry.Name}", StrayFileKind.UnclaimedDirectory, 0));
                return;
            }

            disks.Add(entry);
        }
        else if (!entry.IsDirectory || entry.Name != VhdAlias.DataFolder)
        {
            _strayFiles.Add(new StrayFile($"{_relative}/{entry.Name}", StrayFiles.KindOf(entry), entry.Length));
        }
    }

    private async ValueTask<FolderDisk?> OpenAsync(RemoteEntry entry, bool verifyEndFooter, CancellationToken cancellationToken)
    {
        var path = $"{_relative}/{entry.Name}";
        try
        {
            return await Damage.ReadTwiceAsync(stop => OpenOnceAsync(entry, path, verifyEndFooter, stop), cancellationToken).ConfigureAwait(false);
        }
        catch (RemoteNotFoundException)
        {
            return null;
        }
        catch (MirrorBackupException broken) when (broken.IsDamage())
        {
            var isAlias = VhdAlias.IsAlias(entry.Name);
            var form = isAlias || entry.IsDirectory ? StorageForm.VhdDirectory(BlockCodec.None) : StorageForm.VhdFile;
            return FolderDisk.Unreadable(folder.Name, path, form, listed.GetValueOrDefault(path)?.RevisionId, broken.Message) with
            {
                // What a damaged directory's alias names still belongs to it.
                DataPath = isAlias ? await VhdAlias.TryReadAsync(remote, entry.Path, cancellationToken).ConfigureAwait(false) : null,
            };
        }
    }

    private async ValueTask<FolderDisk> OpenOnceAsync(RemoteEntry entry, string path, bool verifyEndFooter, CancellationToken cancellationToken)
    {
        var vhd = await VhdDisk.OpenAsync(remote, entry.Path, new VhdOpenOptions { VerifyEndFooter = verifyEndFooter }, cancellationToken).ConfigureAwait(false);
        await using (vhd.ConfigureAwait(false))
        {
            return FolderDisk.Of(vhd, folder.Name, path);
        }
    }

    private async ValueTask AssessAsync(
        FolderMerges merges, string ancestor, RemoteEntry state, Dictionary<string, FolderDisk> byName, CancellationToken cancellationToken)
    {
        var isResumable = false;
        try
        {
            var content = await Damage.ReadTwiceAsync(
                stop => remote.ReadAllAsync(state.Path, MergeStateName.MaximumLength, stop), cancellationToken).ConfigureAwait(false);
            isResumable = merges.Assess(ancestor, state.Name, content);
        }
        catch (RemoteNotFoundException)
        {
            // Removed meanwhile: there is no merge any more.
        }
        catch (MirrorBackupException broken) when (broken.IsDamage())
        {
            merges.Refuse(ancestor, state.Name, broken.Message);
        }

        // A missing end is excused by an unfinished merge only.
        if (!isResumable && byName.TryGetValue(ancestor, out var disk) && disk.Member is not null)
        {
            var entry = new RemoteEntry(folder / ancestor, RemoteEntryKind.File, 0, default);
            byName[ancestor] = await OpenAsync(entry, verifyEndFooter: true, cancellationToken).ConfigureAwait(false) ?? disk;
        }
    }
}
