using MirrorBackup.Disks;

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
}
