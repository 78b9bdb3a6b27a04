using MirrorBackup.Backups;
using MirrorBackup.Codecs;
using MirrorBackup.Disks;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd.Directories;

/// <summary>Buffers that hold a block of 2 MiB with its bitmap in the way that a directory stores it, whatever the block holds. Thread-safe.</summary>
internal static class StoredBlockBuffers
{
    // Nonce and tag.
    private const int EncryptionBytes = 28;

    /// <summary>Bytes of bitmap and data: what every block decodes to.</summary>
    public static int ClearLength { get; } = VhdBlock.StoredBytes(VhdHeader.UsualBlockSize);

    /// <summary>Lends a buffer for bitmap and data; what it holds is undefined.</summary>
    public static BlockBuffers.Lease RentClear() => BlockBuffers.Rent(ClearLength);

    /// <summary>Likewise, for a block that is compressed.</summary>
    public static BlockBuffers.Lease Rent(BlockCodec codec) => BlockBuffers.Rent(BlockCompression.MaximumLength(codec, ClearLength));

    /// <summary>Likewise, for a block that is encrypted, too.</summary>
    public static BlockBuffers.Lease RentEncrypted(BlockCodec codec) =>
        BlockBuffers.Rent(BlockCompression.MaximumLength(codec, ClearLength) + EncryptionBytes);
}
