using System.IO.Compression;

namespace MirrorBackup.Fuzzing.Mutations;

/// <summary>Compresses what was damaged before, so that the damage gets behind checksums, and makes bombs.</summary>
internal static class Compressed
{
    private const int BombLength = 96 << 20;

    private static readonly Lazy<byte[]> s_gzipBomb = new(static () => Gzip(new byte[BombLength]));
    private static readonly Lazy<byte[]> s_brotliBomb = new(static () => Brotli(new byte[BombLength]));

    /// <summary>96 MiB of zeros in some 100 KB of gzip.</summary>
    public static byte[] GzipBomb => s_gzipBomb.Value;

    /// <summary>96 MiB of zeros in a few hundred bytes of Brotli.</summary>
    public static byte[] BrotliBomb => s_brotliBomb.Value;

    /// <summary>Compresses with gzip.</summary>
    public static byte[] Gzip(ReadOnlySpan<byte> clear)
    {
        using var stored = new MemoryStream();
        using (var gzip = new GZipStream(stored, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(clear);
        }

        return stored.ToArray();
    }

    /// <summary>Compresses with Brotli.</summary>
    public static byte[] Brotli(ReadOnlySpan<byte> clear)
    {
        using var stored = new MemoryStream();
        using (var brotli = new BrotliStream(stored, CompressionLevel.Fastest, leaveOpen: true))
        {
            brotli.Write(clear);
        }

        return stored.ToArray();
    }

    /// <summary>Compresses as <c>chunk-filters.json</c> calls it.</summary>
    /// <param name="codec"><c>gzip</c>, <c>brotli</c>, or anything else for none.</param>
    /// <param name="clear">The content.</param>
    public static byte[] As(string codec, byte[] clear) => codec switch
    {
        "gzip" => Gzip(clear),
        "brotli" => Brotli(clear),
        _ => clear,
    };

    /// <summary>Undoes <see cref="As"/> of a stream that is whole.</summary>
    public static byte[] Expand(string codec, byte[] stored)
    {
        using Stream decoder = codec switch
        {
            "gzip" => new GZipStream(new MemoryStream(stored), CompressionMode.Decompress),
            "brotli" => new BrotliStream(new MemoryStream(stored), CompressionMode.Decompress),
            _ => new MemoryStream(stored),
        };
        using var clear = new MemoryStream();
        decoder.CopyTo(clear);
        return clear.ToArray();
    }
}
