using MirrorBackup.Backups;
using MirrorBackup.Codecs;
using MirrorBackup.Disks;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd.Directories;

/// <summary>
/// Tells by its content what the file of a block is compressed with, where the directory may say something else: Xen Orchestra merges directories of two
/// compressions by moving the files as they are (<c>formats/vhd.md</c> §5.6). Pure.
/// </summary>
internal static class BlockRecognition
{
    // The best proof first: gzip has a magic number and a checksum, Brotli must end exactly with the file, and no compression proves nothing but a length.
    private static readonly BlockCodec[] s_codecs = [BlockCodec.Gzip, BlockCodec.Brotli, BlockCodec.None];

    /// <summary>The most bytes that the file of a block can have, whatever compresses it.</summary>
    public static int MaximumStoredLength { get; } = s_codecs.Max(static codec => BlockCompression.MaximumLength(codec, StoredBlockBuffers.ClearLength));

    /// <summary>Decodes a block. A compression other than that of the directory must also give a full sector bitmap, as Xen Orchestra writes it.</summary>
    /// <param name="directory">What the directory says.</param>
    /// <param name="stored">The file.</param>
    /// <param name="clear">Receives bitmap and data: <see cref="StoredBlockBuffers.ClearLength"/> bytes. Undefined if nothing decodes.</param>
    /// <returns>What the file is compressed with; <see langword="null"/> if that is not certain.</returns>
    public static BlockCodec? TryDecode(BlockCodec directory, ReadOnlySpan<byte> stored, Span<byte> clear)
    {
        foreach (var codec in s_codecs)
        {
            if (Decodes(codec, stored, clear) && (codec == directory || IsWhole(clear)))
            {
                return codec;
            }
        }

        return null;
    }

    /// <summary>Whether the sector bitmap of a block is full.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> clear) => SectorBitmap.IsFull(clear, VhdHeader.UsualBlockSize / SectorBitmap.SectorSize);

    /// <summary>Whether a block is compressed in a certain way, and as long as it must be.</summary>
    public static bool Decodes(BlockCodec codec, ReadOnlySpan<byte> stored, Span<byte> clear)
    {
        try
        {
            return BlockCompression.Decompress(codec, stored, clear) == clear.Length;
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
