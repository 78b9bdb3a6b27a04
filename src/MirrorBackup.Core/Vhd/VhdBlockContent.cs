using System.Runtime.InteropServices;
using MirrorBackup.Disks;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd;

/// <summary>Turns a block as it is stored into a block as <see cref="IVirtualDisk.ReadBlockAsync"/> promises it.</summary>
internal static class VhdBlockContent
{
    /// <summary>
    /// Clears what the bitmap does not count and what lies beyond the end of the disk, whatever the file holds there; the sectors beyond the end then
    /// count as held.
    /// </summary>
    /// <param name="bitmap">The bits.</param>
    /// <param name="data">The data, a whole block.</param>
    /// <param name="bytesInDisk">How many bytes from the start of the block on belong to the disk; may be more than a block.</param>
    public static void Normalise(Span<byte> bitmap, Span<byte> data, long bytesInDisk)
    {
        var sectors = data.Length / SectorBitmap.SectorSize;
        if (bytesInDisk < data.Length)
        {
            data[(int)bytesInDisk..].Clear();
            var firstBeyond = (int)((bytesInDisk + SectorBitmap.SectorSize - 1) / SectorBitmap.SectorSize);
            SectorBitmap.Set(bitmap, firstBeyond, sectors - firstBeyond);
        }

        if (!SectorBitmap.IsFull(bitmap, sectors))
        {
            SectorOverlay.ClearMissing(bitmap, data);
        }
    }

    /// <summary>Whether bitmap and data lie in memory as they are stored, so that reading takes no copy.</summary>
    /// <param name="bitmap">Exactly the bits.</param>
    /// <param name="data">Exactly the data.</param>
    /// <param name="joined">Both.</param>
    public static bool TryJoin(Memory<byte> bitmap, Memory<byte> data, out Memory<byte> joined)
    {
        joined = default;
        if (MemoryMarshal.TryGetArray<byte>(bitmap, out var first)
            && MemoryMarshal.TryGetArray<byte>(data, out var second)
            && ReferenceEquals(first.Array, second.Array)
            && first.Offset + bitmap.Length == second.Offset
            && bitmap.Length == VhdBlock.BitmapBytes(data.Length))
        {
            joined = first.Array.AsMemory(first.Offset, bitmap.Length + data.Length);
            return true;
        }

        return false;
    }
}
