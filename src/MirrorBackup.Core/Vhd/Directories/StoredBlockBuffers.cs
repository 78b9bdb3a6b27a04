using System.Collections.Concurrent;
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

    private static readonly ConcurrentDictionary<BlockCodec, BlockBuffers> s_buffers = new();
    private static readonly ConcurrentDictionary<BlockCodec, BlockBuffers> s_encryptedBuffers = new();

    /// <summary>Bytes of bitmap and data: what every block decodes to.</summary>
    public static int ClearLength { get; } = VhdBlock.StoredBytes(VhdHeader.UsualBlockSize);

    /// <summary>Lends a buffer; what it holds is undefined.</summary>
    public static BlockBuffers.Lease Rent(BlockCodec codec) =>
        s_buffers.GetOrAdd(codec, static codec => new BlockBuffers(BlockCompression.MaximumLength(codec, ClearLength))).Rent();

    /// <summary>Likewise, for a block that is encrypted, too.</summary>
    public static BlockBuffers.Lease RentEncrypted(BlockCodec codec) =>
        s_encryptedBuffers.GetOrAdd(codec, static codec => new BlockBuffers(BlockCompression.MaximumLength(codec, ClearLength) + EncryptionBytes)).Rent();
}
