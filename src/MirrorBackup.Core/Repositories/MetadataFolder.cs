using System.Collections.Immutable;
using MirrorBackup.Backups;
using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories;

/// <summary>All metadata of a VM: what could be read, and what could not.</summary>
internal sealed record MetadataFolder
{
    /// <summary>The backups, by file name.</summary>
    public required ImmutableArray<KeyValuePair<string, BackupMetadata>> Backups { get; init; }

    /// <summary>One problem per file that is not the metadata of a known backup.</summary>
    public required ImmutableArray<ChainProblem> Problems { get; init; }

    /// <summary>Whether the cache stood in for the files.</summary>
    public bool IsFromCache { get; init; }

    /// <summary>Whether the cache, by its names alone, says something else than the files.</summary>
    public bool IsCacheStale { get; init; }

    /// <summary>Reads all metadata files, or the cache where it provably says the same.</summary>
    public static async ValueTask<MetadataFolder> ReadAsync(
        IRemote remote, RemotePath folder, VmFolderListing listing, bool mayUseCache, int concurrency, CancellationToken cancellationToken)
    {
        var files = listing.MetadataFiles.ToArray();
        if (mayUseCache && files.Length > 0
            && await MetadataCache.TryReadAsync(remote, folder, listing.Cache, files, cancellationToken).ConfigureAwait(false) is { } cached)
        {
            return new MetadataFolder { Backups = [.. cached.OrderBy(static entry => entry.Key, StringComparer.Ordinal)], Problems = [], IsFromCache = true };
        }

        var cachedNames = listing.Cache is null ? [] : await MetadataCache.TryReadNamesAsync(remote, folder, cancellationToken).ConfigureAwait(false);
        var read = await BoundedWork.RunAsync(files, concurrency, (file, stop) => ReadFileAsync(remote, file, stop), cancellationToken).ConfigureAwait(false);
        var backups = read.Where(static file => file.Metadata is not null).Select(static file => KeyValuePair.Create(file.Name, file.Metadata!)).ToImmutableArray();
        return new MetadataFolder
        {
            Backups = backups,
            IsCacheStale = cachedNames is null || !cachedNames.SetEquals(backups.Select(static backup => backup.Key)),
            Problems = [.. read.Where(static file => file.Problem is not null).Select(static file => file.Problem!)],
        };
    }

    /// <summary>Reads one metadata file.</summary>
    public static async ValueTask<BackupMetadata> ReadFileAsync(IRemote remote, RemotePath path, CancellationToken cancellationToken)
    {
        var content = await remote.ReadAllAsync(path, BackupMetadata.MaximumLength, cancellationToken).ConfigureAwait(false);
        return BackupMetadata.Parse(content, path.Value);
    }

    // Only the content may be at fault here. A remote that does not answer says nothing about a backup, so that failure is raised.
    private static async ValueTask<(string Name, BackupMetadata? Metadata, ChainProblem? Problem)> ReadFileAsync(
        IRemote remote, RemoteEntry file, CancellationToken cancellationToken)
    {
        try
        {
            return (file.Name, await ReadFileAsync(remote, file.Path, cancellationToken).ConfigureAwait(false), null);
        }
        catch (RemoteNotFoundException)
        {
            return (file.Name, null, null);
        }
        catch (MirrorBackupException broken) when (broken.IsDamage())
        {
            return (file.Name, null, new ChainProblem(ChainProblemKind.UnreadableMetadata, file.Name, broken.Message) { PreventsRetiring = true });
        }
    }
}
