using System.Buffers.Binary;
using System.IO.Compression;
using MirrorBackup.Backups;
using MirrorBackup.Remotes;

namespace MirrorBackup.Tests.Vhd.Directories;

/// <summary>
/// Makes VHD directories of <see cref="VhdBytes"/>, part by part and with the streams of the framework only, so that the reader is not tested with our own
/// writer. Parts and blocks may be changed or removed before they are written.
/// </summary>
internal sealed class VhdDirectoryBytes
{
    private const int BlockBytes = 2_097_664;

    public VhdDirectoryBytes(VhdBytes vhd, BlockCodec codec)
    {
        var file = vhd.ToArray();
        Codec = codec;
        var entries = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(512 + 28));
        var bat = new byte[entries];
        for (var block = 0; block < entries; block++)
        {
            var sector = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(vhd.TableOffset + (block * 4)));
            if (sector != uint.MaxValue)
            {
                bat[block / 8] |= (byte)(128 >> (block % 8));
                Parts[$"blocks/{block / 1000}/{block % 1000}"] = Compress(file.AsSpan((int)sector * 512, Math.Min(BlockBytes, file.Length - ((int)sector * 512))), codec);
            }
        }

        Parts["footer"] = Compress(file.AsSpan(0, 512), codec);
        Parts["header"] = Compress(file.AsSpan(512, 1024), codec);
        Bat(bat);
        if (codec != BlockCodec.None)
        {
            Parts["chunk-filters.json"] = System.Text.Encoding.UTF8.GetBytes($"[\"{(codec == BlockCodec.Gzip ? "gzip" : "brotli")}\"]");
        }
    }

    public BlockCodec Codec { get; }

    /// <summary>What will be written, by path in the directory.</summary>
    public Dictionary<string, byte[]> Parts { get; } = [];

    public VhdDirectoryBytes Bat(byte[] clear)
    {
        Parts["bat"] = Compress(clear, Codec);
        return this;
    }

    public VhdDirectoryBytes Part(string path, byte[] clear)
    {
        Parts[path] = Compress(clear, Codec);
        return this;
    }

    /// <summary>Writes the directory and its alias.</summary>
    public async Task<RemotePath> WriteToAsync(IRemote remote, string folder, string name)
    {
        var token = TestContext.Current.CancellationToken;
        foreach (var (path, content) in Parts)
        {
            await remote.WriteAllAsync(RemotePath.Parse($"{folder}/data/{name}.vhd/{path}"), content, default, token);
        }

        var alias = RemotePath.Parse($"{folder}/{name}.alias.vhd");
        await remote.WriteAllAsync(alias, System.Text.Encoding.UTF8.GetBytes($"data/{name}.vhd"), default, token);
        return alias;
    }

    private static byte[] Compress(ReadOnlySpan<byte> clear, BlockCodec codec)
    {
        if (codec == BlockCodec.None || clear.IsEmpty)
        {
            // Nothing is one byte in Brotli, and one empty member in gzip, which the framework's streams do not write.
            return codec switch
            {
                BlockCodec.Brotli => [6],
                BlockCodec.Gzip => [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0],
                _ => clear.ToArray(),
            };
        }

        using var stored = new MemoryStream();
        using (Stream output = codec == BlockCodec.Gzip
            ? new GZipStream(stored, CompressionLevel.Fastest, leaveOpen: true)
            : new BrotliStream(stored, CompressionLevel.Fastest, leaveOpen: true))
        {
            output.Write(clear);
        }

        return stored.ToArray();
    }
}
