using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Fuzzing.Mutations;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary><c>cache.json.gz</c> beside the metadata that it is of: it never fails a reader and never says what the metadata does not say.</summary>
internal sealed class MetadataCacheTarget : FuzzTarget
{
    private static readonly RemotePath s_folder = RemotePath.Parse($"xo-vm-backups/{GoldenFiles.SmallVm}");
    private static readonly IReadOnlyDictionary<string, byte[]> s_files = GoldenFiles.Load("a-src-delta-vhd", GoldenFiles.SmallVm);
    private static readonly byte[] s_cache = s_files[$"{s_folder}/cache.json.gz"];
    private static readonly byte[] s_clear = Compressed.Expand("gzip", s_cache);

    public override string Name => "metadata-cache";

    public override int Iterations => 150;

    // The limits of the cache itself: 8 MiB stored, 32 MiB of JSON, in a buffer that doubles.
    public override long MaximumAllocation(int inputLength) => (192L << 20) + (256L * inputLength);

    public override byte[] CreateInput(Random random) => random.Next(16) switch
    {
        0 => Compressed.GzipBomb,
        1 => Compressed.Gzip([.. "{\"a\":\""u8, .. new byte[random.Next(40 << 20)], .. "\"}"u8]),
        2 => [.. s_cache, .. Compressed.Gzip("{}"u8)],
        < 6 => ByteMutation.Apply(random, s_cache, Compressed.Gzip(s_clear)),
        _ => Compressed.Gzip(JsonMutation.Apply(random, s_clear, s_clear)),
    };

    public override async Task RunAsync(byte[] input, CancellationToken cancellationToken)
    {
        await using var remote = new MemoryRemote();
        var files = new List<RemoteEntry>();
        foreach (var (path, content) in s_files.Where(static file => file.Key.EndsWith("Z.json", StringComparison.Ordinal)))
        {
            await remote.WriteAllAsync(RemotePath.Parse(path), content, default, cancellationToken);
            files.Add((await remote.StatAsync(RemotePath.Parse(path), cancellationToken))!.Value with { LastModified = DateTimeOffset.UnixEpoch });
        }

        var cachePath = s_folder / "cache.json.gz";
        await remote.WriteAllAsync(cachePath, input, default, cancellationToken);
        var found = await MetadataCache.TryReadAsync(remote, s_folder, await remote.StatAsync(cachePath, cancellationToken), files, cancellationToken);
        await MetadataCache.TryReadNamesAsync(remote, s_folder, cancellationToken);
        foreach (var (name, metadata) in found ?? [])
        {
            FuzzAssertionException.ThrowUnless(
                metadata.ToUtf8().Length == s_files[$"{s_folder}/{name}"].Length, $"{name} is taken from the cache with another length");
        }
    }
}
