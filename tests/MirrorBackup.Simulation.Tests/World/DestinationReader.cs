using System.Collections.Immutable;
using System.IO.Compression;
using System.Text.Json;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.World;

/// <summary>Reads a remote as somebody who restores would.</summary>
internal sealed class DestinationReader(Setting setting, Truth truth)
{
    /// <summary>Reads every point that a metadata file lists.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="name">The folder of the remote.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    public async Task<DestinationState> ReadAsync(SimulatedDisk disk, string name, CancellationToken cancellationToken)
    {
        await using var remote = await setting.OpenAsync(disk, name, TimeProvider.System);
        var files = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        await ListAsync(remote, RemotePath.Root, files, cancellationToken);

        var repository = await BackupRepository.OpenAsync(remote, null, cancellationToken);
        var catalogue = await repository.LoadAsync(setting.Vm, cancellationToken);
        var points = ImmutableSortedDictionary.CreateBuilder<string, string?>(StringComparer.Ordinal);

        // What has metadata is listed, whether the catalogue makes something of it or not.
        foreach (var file in files.Where(file => RemotePath.Parse(file).Parent == setting.Folder && file.EndsWith(RepositoryPaths.MetadataEnding, StringComparison.Ordinal)))
        {
            points.Add(RemotePath.Parse(file).Name[..^RepositoryPaths.MetadataEnding.Length], "the catalogue does not know it");
        }

        foreach (var (point, _) in catalogue.Points)
        {
            points[point.Name] = await truth.CheckAsync(disk, name, repository, point, cancellationToken);
        }

        var letters = string.Concat(catalogue.Points.Select(point => setting.LetterOf(point.Point.Id.Timestamp)));
        return new DestinationState(points.ToImmutable(), letters, [.. Numbered(files)], await ReadCacheAsync(remote, cancellationToken));
    }

    // As Xen Orchestra does: it believes the cache, whatever else is there.
    private async Task<ImmutableSortedSet<string>?> ReadCacheAsync(IRemote remote, CancellationToken cancellationToken)
    {
        var path = setting.Folder / RepositoryPaths.CacheName;
        if (await remote.StatAsync(path, cancellationToken) is null)
        {
            return null;
        }

        await using var stored = new MemoryStream(await remote.ReadAllAsync(path, 1 << 20, cancellationToken));
        await using var json = new GZipStream(stored, CompressionMode.Decompress);
        using var cache = await JsonDocument.ParseAsync(json, default, cancellationToken);
        return [.. cache.RootElement.EnumerateObject().Select(static entry => RemotePath.Parse(entry.Name[1..]).Name[..^RepositoryPaths.MetadataEnding.Length])];
    }

    private static async Task ListAsync(IRemote remote, RemotePath directory, ImmutableSortedSet<string>.Builder files, CancellationToken cancellationToken)
    {
        await foreach (var entry in remote.ListAsync(directory, cancellationToken))
        {
            // Of a data directory itself and what a crash could leave in it.
            var isInData = directory.Value.Contains("/data/", StringComparison.Ordinal);
            if (isInData ? TemporaryName.IsTemporary(entry.Name) : entry.IsFile || entry.Name.EndsWith(".lock", StringComparison.Ordinal) || directory.Name == "data")
            {
                files.Add(entry.Path.Value);
            }

            if (entry.IsDirectory)
            {
                await ListAsync(remote, entry.Path, files, cancellationToken);
            }
        }
    }

    private static IEnumerable<string> Numbered(IEnumerable<string> files)
    {
        var count = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var parent = RemotePath.Parse(file).Parent;
            yield return parent.Name != "data" ? file : $"{parent}/{count[parent.Value] = count.GetValueOrDefault(parent.Value) + 1}";
        }
    }
}
