using System.Collections.Immutable;
using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;
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

        var links = new FolderLinks(_relative, byName, merges, listed.ContainsKey);
        var revisions = links.Check();
        return new DiskFolder
        {
            Revisions = revisions,
            PendingMerges = [.. merges.Pending],
            Problems = [.. merges.Problems, .. links.Problems],
            StrayFiles = [.. _strayFiles, .. links.Copies],
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
            disks.Add(entry);
        }
        else if (!entry.IsDirectory || entry.Name != "data")
        {
            _strayFiles.Add(new StrayFile($"{_relative}/{entry.Name}", StrayFiles.KindOf(entry), entry.Length));
        }
    }

    private async ValueTask<FolderDisk?> OpenAsync(RemoteEntry entry, bool verifyEndFooter, CancellationToken cancellationToken)
    {
        var path = $"{_relative}/{entry.Name}";
        var told = listed.GetValueOrDefault(path)?.RevisionId;
        if (entry.Name.EndsWith(RepositoryPaths.AliasEnding, StringComparison.Ordinal) || entry.IsDirectory)
        {
            return FolderDisk.Unreadable(
                folder.Name, path, StorageForm.VhdDirectory(BlockCodec.None), told, "It is a VHD directory; this version reads VHD files only.");
        }

        try
        {
            var file = await VhdFile.OpenAsync(remote, entry.Path, new VhdOpenOptions { VerifyEndFooter = verifyEndFooter }, cancellationToken).ConfigureAwait(false);
            await using (file.ConfigureAwait(false))
            {
                return FolderDisk.Of(file, folder.Name, path);
            }
        }
        catch (RemoteNotFoundException)
        {
            return null;
        }
        catch (MirrorBackupException broken) when (broken is CorruptBackupException or UnsupportedBackupException)
        {
            return FolderDisk.Unreadable(folder.Name, path, StorageForm.VhdFile, told, broken.Message);
        }
    }

    private async ValueTask AssessAsync(
        FolderMerges merges, string ancestor, RemoteEntry state, Dictionary<string, FolderDisk> byName, CancellationToken cancellationToken)
    {
        var isResumable = false;
        try
        {
            var content = await remote.ReadAllAsync(state.Path, MergeStateName.MaximumLength, cancellationToken).ConfigureAwait(false);
            isResumable = merges.Assess(ancestor, state.Name, content);
        }
        catch (RemoteNotFoundException)
        {
            // Removed meanwhile: there is no merge any more.
        }
        catch (CorruptBackupException broken)
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
