using MirrorBackup.Backups;
using MirrorBackup.Codecs;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd.Directories;

/// <summary>Decodes one file of a VHD directory and says of a damaged one what is wrong with it.</summary>
internal static class VhdDirectoryPart
{
    /// <summary>Decodes a part.</summary>
    /// <returns>How many bytes of <paramref name="clear"/> are content.</returns>
    /// <exception cref="CorruptBackupException">It cannot be decoded, or holds more than <paramref name="clear"/>.</exception>
    public static int Decode(BlockCodec codec, ReadOnlySpan<byte> stored, Span<byte> clear, RemotePath file, string part)
    {
        try
        {
            return BlockCompression.Decompress(codec, stored, clear);
        }
        catch (InvalidDataException damaged)
        {
            throw new CorruptBackupException(
                $"{file}: {part} of {stored.Length} bytes, expected at most {clear.Length} bytes of content {TextOf(codec)}: {damaged.Message}.", ErrorCodes.CorruptFormat, damaged)
            {
                Path = file.Value,
            };
        }
    }

    /// <summary>Decodes a part whose length is known.</summary>
    /// <exception cref="CorruptBackupException">Likewise, or it holds less.</exception>
    public static void DecodeExactly(BlockCodec codec, ReadOnlySpan<byte> stored, Span<byte> clear, RemotePath file, string part) =>
        CheckLength(Decode(codec, stored, clear, file, part), clear.Length, codec, file, part);

    /// <exception cref="CorruptBackupException">There is less than there must be.</exception>
    public static void CheckLength(int found, int expected, BlockCodec codec, RemotePath file, string part)
    {
        if (found < expected)
        {
            throw VhdFormatError.Truncated(file.Value, $"{part}: found {found} bytes of content, expected {expected} ({TextOf(codec)}).");
        }
    }

    private static string TextOf(BlockCodec codec) => codec switch
    {
        BlockCodec.Gzip => "in gzip",
        BlockCodec.Brotli => "in Brotli",
        _ => "not compressed, as there is no chunk-filters.json",
    };
}
