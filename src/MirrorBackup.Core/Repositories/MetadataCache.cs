using System.Buffers;
using System.IO.Compression;
using System.Text.Json;
using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories;

/// <summary>
/// <c>cache.json.gz</c>: a gzip of one JSON object, absolute metadata path to metadata (<c>formats/repository.md</c> §1.6). Xen Orchestra trusts it
/// blindly; here it only saves the reading of files that it provably describes.
/// </summary>
internal static class MetadataCache
{
    private const int MaximumStoredLength = 8 << 20;
    private const int MaximumLength = 32 << 20;

    /// <summary>
    /// What the cache says of the metadata files of a folder, by file name, or null if it cannot be relied upon: it must be newer than
    /// every file, name exactly the same files, and each entry must be as long as its file.
    /// </summary>
    public static async ValueTask<Dictionary<string, BackupMetadata>?> TryReadAsync(
        IRemote remote, RemotePath vmFolder, RemoteEntry? cache, IReadOnlyList<RemoteEntry> files, CancellationToken cancellationToken)
    {
        if (cache is not { IsFile: true } entry || files.Any(file => file.LastModified >= entry.LastModified))
        {
            return null;
        }

        try
        {
            return Match(await ReadAsync(remote, entry.Path, cancellationToken).ConfigureAwait(false), vmFolder, files);
        }
        catch (Exception unusable) when (IsUnusable(unusable))
        {
            return null;
        }
    }

    /// <summary>The names of the files that the cache has entries for, or null if there is none that can be read.</summary>
    public static async ValueTask<HashSet<string>?> TryReadNamesAsync(IRemote remote, RemotePath vmFolder, CancellationToken cancellationToken)
    {
        try
        {
            var cache = await ReadAsync(remote, vmFolder / RepositoryPaths.CacheName, cancellationToken).ConfigureAwait(false);
            return [.. cache.Fields.Select(static field => field.Name[(field.Name.LastIndexOf('/') + 1)..])];
        }
        catch (Exception unusable) when (IsUnusable(unusable))
        {
            return null;
        }
    }

    /// <summary>What a cache that is there says otherwise than the files, as a sentence; null if nothing, or if there is none.</summary>
    public static async ValueTask<string?> FindDefectAsync(
        IRemote remote, RemotePath vmFolder, IReadOnlyCollection<CataloguedPoint> points, CancellationToken cancellationToken)
    {
        try
        {
            var cache = await ReadAsync(remote, vmFolder / RepositoryPaths.CacheName, cancellationToken).ConfigureAwait(false);
            var entries = cache.Fields.ToDictionary(static field => field.Name, static field => field.Value, StringComparer.Ordinal);
            var files = points.ToDictionary(point => AbsolutePath(vmFolder, RepositoryPaths.Metadata(point.Point.Name)), static point => point.Metadata, StringComparer.Ordinal);
            return files.Keys.FirstOrDefault(path => !entries.ContainsKey(path)) is { } missing ? $"It does not name {missing}, which is there."
                : entries.Keys.FirstOrDefault(path => !files.ContainsKey(path)) is { } gone ? $"It names {RemotePath.Quote(gone)}, which is not there or cannot be read."
                : files.FirstOrDefault(file => !BackupMetadata.FromCacheEntry(entries[file.Key], file.Key).ToUtf8().AsSpan().SequenceEqual(file.Value.ToUtf8())) is { Key: { } other }
                    ? $"It says something else than {other}."
                : null;
        }
        catch (RemoteNotFoundException)
        {
            return null;
        }
        catch (CorruptBackupException tooLarge) when (tooLarge.Code == ErrorCodes.FileTooLarge)
        {
            // One of so many backups is never read, by nobody here.
            return null;
        }
        catch (Exception unusable) when (IsUnusable(unusable))
        {
            return $"It cannot be read: {unusable.Message}";
        }
    }

    /// <summary>The content of the cache for these files, in the order of their names.</summary>
    public static byte[] Write(RemotePath vmFolder, IEnumerable<KeyValuePair<string, BackupMetadata>> files)
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Optimal))
        {
            var separator = (byte)'{';
            foreach (var (name, metadata) in files.OrderBy(static file => file.Key, StringComparer.Ordinal))
            {
                var path = AbsolutePath(vmFolder, name);
                gzip.WriteByte(separator);
                gzip.Write(RawJsonObject.EncodeText(path));
                gzip.Write(":"u8);
                gzip.Write(metadata.ToCacheEntry(path));
                separator = (byte)',';
            }

            gzip.Write(separator == '{' ? "{}"u8 : "}"u8);
        }

        return compressed.ToArray();
    }

    private static async ValueTask<RawJsonObject> ReadAsync(IRemote remote, RemotePath path, CancellationToken cancellationToken)
    {
        var stored = await remote.ReadAllAsync(path, MaximumStoredLength, cancellationToken).ConfigureAwait(false);
        return RawJsonObject.Parse(Decompress(stored));
    }

    // A remote that fails is another matter: that is raised.
    private static bool IsUnusable(Exception error) =>
        error is JsonException or InvalidDataException or CorruptBackupException or IntegrityException or UnsupportedBackupException or RemoteNotFoundException;

    private static Dictionary<string, BackupMetadata>? Match(RawJsonObject cache, RemotePath vmFolder, IReadOnlyList<RemoteEntry> files)
    {
        if (cache.Fields.Length != files.Count)
        {
            return null;
        }

        var entries = cache.Fields.ToDictionary(static field => field.Name, static field => field.Value, StringComparer.Ordinal);
        var result = new Dictionary<string, BackupMetadata>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            if (!entries.TryGetValue(AbsolutePath(vmFolder, file.Name), out var entry))
            {
                return null;
            }

            var metadata = BackupMetadata.FromCacheEntry(entry, file.Path.Value);
            if (metadata.ToUtf8().Length != file.Length)
            {
                return null;
            }

            result.Add(file.Name, metadata);
        }

        return result;
    }

    private static ReadOnlyMemory<byte> Decompress(byte[] stored)
    {
        using var gzip = new GZipStream(new MemoryStream(stored), CompressionMode.Decompress);
        var content = new ArrayBufferWriter<byte>(1 << 16);
        while (gzip.Read(content.GetSpan(1 << 16)) is > 0 and var count)
        {
            content.Advance(count);
            if (content.WrittenCount > MaximumLength)
            {
                throw new InvalidDataException($"The cache has more than {MaximumLength} bytes.");
            }
        }

        return content.WrittenMemory;
    }

    private static string AbsolutePath(RemotePath vmFolder, string name) => $"/{vmFolder.Value}/{name}";
}
