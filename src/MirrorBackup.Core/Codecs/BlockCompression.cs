using System.Buffers;
using System.IO.Compression;
using MirrorBackup.Backups;

namespace MirrorBackup.Codecs;

/// <summary>
/// Compresses one piece of a VHD directory by itself, as Xen Orchestra does (<c>formats/vhd.md</c> §3.3): Brotli of quality 0, gzip at its fastest, or not at
/// all. What any conforming encoder wrote is read. Spans in, spans out: the result never grows beyond what the caller provides. Thread-safe.
/// </summary>
internal static class BlockCompression
{
    private const int BrotliQuality = 0;
    private const int BrotliWindow = 22;

    /// <summary>The most bytes that <see cref="Compress"/> makes of so many.</summary>
    /// <param name="codec">The codec.</param>
    /// <param name="clearLength">Bytes; not negative.</param>
    public static int MaximumLength(BlockCodec codec, int clearLength) => codec switch
    {
        BlockCodec.None => clearLength,
        BlockCodec.Gzip => GzipBlock.MaximumLength(clearLength),
        BlockCodec.Brotli => BrotliEncoder.GetMaxCompressedLength(clearLength),
        _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, null),
    };

    /// <summary>Compresses.</summary>
    /// <param name="codec">The codec.</param>
    /// <param name="clear">The content.</param>
    /// <param name="stored">Receives the result; with <see cref="MaximumLength"/> bytes it is always large enough.</param>
    /// <returns>How many bytes of <paramref name="stored"/> were written.</returns>
    /// <exception cref="ArgumentException"><paramref name="stored"/> is too small.</exception>
    public static int Compress(BlockCodec codec, ReadOnlySpan<byte> clear, Span<byte> stored)
    {
        int? written = codec switch
        {
            BlockCodec.None => clear.TryCopyTo(stored) ? clear.Length : null,
            BlockCodec.Gzip => GzipBlock.TryCompress(clear, stored, out var length) ? length : null,
            BlockCodec.Brotli => BrotliEncoder.TryCompress(clear, stored, out var length, BrotliQuality, BrotliWindow) ? length : null,
            _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, null),
        };
        return written ?? throw new ArgumentException($"{stored.Length} bytes are too few for {clear.Length} bytes in the codec {codec}.", nameof(stored));
    }

    /// <summary>Decompresses.</summary>
    /// <param name="codec">The codec.</param>
    /// <param name="stored">All that was stored, and no more.</param>
    /// <param name="clear">Receives the content, and is at least as long.</param>
    /// <returns>How many bytes of <paramref name="clear"/> are content; what is behind them is undefined.</returns>
    /// <exception cref="InvalidDataException">Not of this codec, cut off, followed by other bytes, or of more content than fits.</exception>
    public static int Decompress(BlockCodec codec, ReadOnlySpan<byte> stored, Span<byte> clear) => codec switch
    {
        BlockCodec.None => stored.TryCopyTo(clear) ? stored.Length : throw TooLong("it", clear.Length),
        BlockCodec.Gzip => GzipBlock.Decompress(stored, clear),
        BlockCodec.Brotli => DecompressBrotli(stored, clear),
        _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, null),
    };

    internal static InvalidDataException TooLong(string what, int expected) => new($"{what} holds more than {expected} bytes");

    private static int DecompressBrotli(ReadOnlySpan<byte> stored, Span<byte> clear)
    {
        // The decoder never ends where it is given no room at all.
        Span<byte> spare = stackalloc byte[1];
        var output = clear.IsEmpty ? spare : clear;
        using var decoder = new BrotliDecoder();
        var status = decoder.Decompress(stored, output, out var consumed, out var written);
        return status switch
        {
            OperationStatus.Done when written > clear.Length => throw TooLong("the Brotli stream", clear.Length),
            OperationStatus.Done when consumed < stored.Length => throw new InvalidDataException($"{stored.Length - consumed} bytes follow the Brotli stream"),
            OperationStatus.Done => written,
            OperationStatus.DestinationTooSmall => throw TooLong("the Brotli stream", clear.Length),
            OperationStatus.NeedMoreData => throw new InvalidDataException($"the Brotli stream is cut off after {stored.Length} bytes"),
            _ => throw new InvalidDataException($"it is no Brotli stream, or is damaged near byte {consumed}"),
        };
    }
}
