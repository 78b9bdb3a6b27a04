using System.Collections.Immutable;
using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Repositories.Cleaning;

/// <summary>Reads all that a decision rests on. A remote that fails fails the reading: nothing is decided then.</summary>
internal sealed class VmSnapshotReader(BackupRepository repository, string vm)
{
    private readonly IRemote _remote = repository.Remote;
    private readonly RemotePath _folder = RepositoryPaths.VmFolder(vm);
    private readonly ImmutableDictionary<string, StoredItem>.Builder _items = ImmutableDictionary.CreateBuilder<string, StoredItem>(StringComparer.Ordinal);
    private readonly ImmutableHashSet<string>.Builder _deadAliases = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);

    public async ValueTask<VmSnapshot> ReadAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var catalogue = await repository.LoadWithoutCacheAsync(vm, cancellationToken).ConfigureAwait(false);
        await ReadItemsAsync(catalogue, cancellationToken).ConfigureAwait(false);
        var broken = await ReadDefectsAsync(catalogue, cancellationToken).ConfigureAwait(false);
        return new VmSnapshot
        {
            Catalogue = catalogue,
            Now = now,
            Items = _items.ToImmutable(),
            ProvenBroken = broken,
            DeadAliases = _deadAliases.ToImmutable(),
            LostDirectories = await new LostDirectories(_remote, _folder, catalogue).FindAsync(_deadAliases.ToImmutable(), cancellationToken).ConfigureAwait(false),
            RicherCopies = await ReadCopiesAsync(catalogue, cancellationToken).ConfigureAwait(false),
            CacheDefect = await MetadataCache.FindDefectAsync(_remote, _folder, catalogue.Points, cancellationToken).ConfigureAwait(false),
            Transfers = await ReadTransfersAsync(cancellationToken).ConfigureAwait(false),
        };
    }

    private async ValueTask ReadItemsAsync(VmCatalogue catalogue, CancellationToken cancellationToken)
    {
        var listing = await VmFolderListing.ReadAsync(_remote, _folder, cancellationToken).ConfigureAwait(false);
        listing = await listing.WithFoldersAsync(
            _remote, catalogue.Points.SelectMany(static point => point.Metadata.Disks).Select(disk => (_folder / disk.Path).Parent), cancellationToken).ConfigureAwait(false);
        foreach (var entry in listing.Entries.Concat(listing.JobEntries).Concat(listing.DiskFolders.Values.SelectMany(static entries => entries)))
        {
            _items[Relative(entry.Path)] = new StoredItem(entry.LastModified, entry.Length);
        }

        foreach (var stray in catalogue.StrayFiles)
        {
            var path = _folder / stray.Path;
            if (stray.Kind == StrayFileKind.UnclaimedDirectory)
            {
                await ReadTreeAsync(path, cancellationToken).ConfigureAwait(false);
            }
            else if (!_items.ContainsKey(stray.Path) && await _remote.StatAsync(path, cancellationToken).ConfigureAwait(false) is { } entry)
            {
                _items[stray.Path] = new StoredItem(entry.LastModified, entry.Length);
            }
        }
    }

    private async ValueTask ReadTreeAsync(RemotePath path, CancellationToken cancellationToken)
    {
        if (await _remote.StatAsync(path, cancellationToken).ConfigureAwait(false) is not { } top)
        {
            return;
        }

        var tree = await RemoteTree.ReadAsync(_remote, path, cancellationToken).ConfigureAwait(false);
        _items[Relative(path)] = new StoredItem(tree.Entries.Select(static entry => entry.LastModified).Append(top.LastModified).Max(), tree.Bytes);
    }

    // Opened once more, and by itself: what does not open now either, and because of its content, is damaged for certain.
    private async ValueTask<ImmutableHashSet<string>> ReadDefectsAsync(VmCatalogue catalogue, CancellationToken cancellationToken)
    {
        var broken = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        foreach (var revision in catalogue.Chain(BackupMode.Full).Revisions.Concat(catalogue.Chain(BackupMode.Incremental).Revisions))
        {
            if (revision is not { IsReadable: false, ParentId: null })
            {
                continue;
            }

            try
            {
                IAsyncDisposable opened = revision.Form.Kind == StorageKind.Archive
                    ? await XvaArchive.OpenAsync(_remote, _folder / revision.Path, null, cancellationToken).ConfigureAwait(false)
                    : await VhdDisk.OpenAsync(_remote, _folder / revision.Path, null, cancellationToken).ConfigureAwait(false);
                await opened.DisposeAsync().ConfigureAwait(false);
            }
            catch (CorruptBackupException damaged)
            {
                broken.Add(revision.Path);
                if (damaged.Code == ErrorCodes.InvalidAlias)
                {
                    _deadAliases.Add(revision.Path);
                }
            }
            catch (Exception unknown) when (unknown is RemoteNotFoundException or IntegrityException or UnsupportedBackupException or RemoteConflictException)
            {
                // Gone, or not proven to be damaged: it stays.
            }
        }

        return broken.ToImmutable();
    }

    private async ValueTask<ImmutableHashSet<string>> ReadCopiesAsync(VmCatalogue catalogue, CancellationToken cancellationToken)
    {
        var richer = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        foreach (var stray in catalogue.StrayFiles.Where(static stray => stray.Kind == StrayFileKind.Copy))
        {
            if (!await IsCoveredAsync(catalogue, stray.Path, cancellationToken).ConfigureAwait(false))
            {
                richer.Add(stray.Path);
            }
        }

        return richer.ToImmutable();
    }

    private async ValueTask<bool> IsCoveredAsync(VmCatalogue catalogue, string path, CancellationToken cancellationToken)
    {
        try
        {
            var copy = await VhdDisk.OpenAsync(_remote, _folder / path, null, cancellationToken).ConfigureAwait(false);
            await using (copy.ConfigureAwait(false))
            {
                var (directory, id) = (VmNeeds.DirectoryOf(path), copy.Id.ToString("D"));
                return catalogue.Chain(BackupMode.Incremental).Revisions.FirstOrDefault(revision => revision.Directory == directory && revision.Id == id && revision.IsReadable) is { } original
                    && await HoldsAllAsync(original, copy, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception other) when (other is RemoteNotFoundException || other.IsDamage())
        {
            // In the middle of a merge a revision may lie elsewhere than its name says.
            return false;
        }
    }

    private async ValueTask<bool> HoldsAllAsync(DiskRevision original, IVhdDisk copy, CancellationToken cancellationToken)
    {
        var disk = await VhdDisk.OpenAsync(_remote, _folder / original.Path, null, cancellationToken).ConfigureAwait(false);
        await using (disk.ConfigureAwait(false))
        {
            return disk.Id == copy.Id && disk.VirtualSize >= copy.VirtualSize && copy.AllocatedBlocks.All(disk.AllocatedBlocks.ToHashSet().Contains);
        }
    }

    private async ValueTask<ImmutableArray<StagedLeftover>> ReadTransfersAsync(CancellationToken cancellationToken)
    {
        var transfers = ImmutableArray.CreateBuilder<StagedLeftover>();
        foreach (var entry in await StagedTransfers.ListAsync(_remote, vm, cancellationToken).ConfigureAwait(false))
        {
            var leftover = new StagedLeftover(entry.Path.Value, null, false, false, new StoredItem(entry.LastModified, entry.Length));
            if (await StagingRecord.ReadAsync(_remote, entry.Path, cancellationToken).ConfigureAwait(false) is { IsRemoval: false } record
                && record.TryGetDataPath(out var alias, out var dataPath)
                && alias.IsAtOrBelow(_folder))
            {
                var claims = await DataClaims.ReadAsync(_remote, alias.Parent, cancellationToken).ConfigureAwait(false);
                leftover = leftover with
                {
                    DataPath = Relative(dataPath),
                    HasData = await _remote.StatAsync(dataPath, cancellationToken).ConfigureAwait(false) is not null,
                    IsPublished = claims.IsClaimed(dataPath),
                };
            }

            transfers.Add(leftover);
        }

        return transfers.ToImmutable();
    }

    private string Relative(RemotePath path) => path.Value[(_folder.Value.Length + 1)..];
}
