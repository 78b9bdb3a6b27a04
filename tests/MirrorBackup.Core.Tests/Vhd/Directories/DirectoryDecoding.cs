using System.IO.Compression;
using MirrorBackup.Backups;
using MirrorBackup.Remotes;

namespace MirrorBackup.Tests.Vhd.Directories;

/// <summary>Looks into VHD directories by the framework's own decoders, without a line of the code under test.</summary>
internal static class DirectoryDecoding
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The files below a path, by their paths relative to it.</summary>
    public static async Task<SortedDictionary<string, byte[]>> FilesAsync(IRemote remote, string root)
    {
        var files = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        await AddAsync(remote, RemotePath.Parse(root), root.Length + 1, files);
        return files;
    }

    /// <summary>Undoes the compression of a part.</summary>
    public static byte[] Decode(BlockCodec codec, byte[] stored)
    {
        using var input = new MemoryStream(stored);
        using Stream clear = codec switch
        {
            BlockCodec.Gzip => new GZipStream(input, CompressionMode.Decompress),
            BlockCodec.Brotli => new BrotliStream(input, CompressionMode.Decompress),
            _ => input,
        };
        using var output = new MemoryStream();
        clear.CopyTo(output);
        return output.ToArray();
    }

    /// <summary>The same for every file of a directory but the one that is never compressed.</summary>
    public static async Task<SortedDictionary<string, byte[]>> DecodedFilesAsync(IRemote remote, string root, BlockCodec codec)
    {
        var files = await FilesAsync(remote, root);
        foreach (var name in files.Keys.Where(static name => name != "chunk-filters.json").ToArray())
        {
            files[name] = Decode(codec, files[name]);
        }

        return files;
    }

    private static async Task AddAsync(IRemote remote, RemotePath folder, int prefix, SortedDictionary<string, byte[]> files)
    {
        await foreach (var entry in remote.ListAsync(folder, Cancellation))
        {
            if (entry.IsDirectory)
            {
                await AddAsync(remote, entry.Path, prefix, files);
            }
            else
            {
                files.Add(entry.Path.Value[prefix..], await remote.ReadAllAsync(entry.Path, 1 << 26, Cancellation));
            }
        }
    }
}
