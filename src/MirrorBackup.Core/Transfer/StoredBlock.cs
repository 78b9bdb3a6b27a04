using MirrorBackup.Backups;
using MirrorBackup.Disks;

namespace MirrorBackup.Transfer;

/// <summary>The bytes of a block as its source stores them.</summary>
/// <param name="Codec">How they are compressed.</param>
/// <param name="Room">The buffer; given back by the lease that adopts the block.</param>
/// <param name="Length">Bytes in the buffer.</param>
/// <param name="IsEncrypted">Whether they are encrypted, too.</param>
internal sealed record StoredBlock(BlockCodec Codec, BlockBuffers.Lease Room, int Length, bool IsEncrypted)
{
    public ReadOnlyMemory<byte> Bytes => Room.Memory[..Length];
}
