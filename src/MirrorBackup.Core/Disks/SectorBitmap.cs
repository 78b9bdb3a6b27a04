namespace MirrorBackup.Disks;

/// <summary>
/// The bits that go with the data of a block: one per sector of 512 bytes, most significant bit first; 1 = the sector is in this revision
/// (<c>formats/vhd.md</c> §1.8).
/// </summary>
internal static class SectorBitmap
{
    public const int SectorSize = 512;

    /// <summary>Bytes that hold the bits of a block.</summary>
    public static int BitBytes(int blockSize) => Math.Max(1, blockSize / SectorSize / 8);

    public static bool IsSet(ReadOnlySpan<byte> bitmap, int sector) => (bitmap[sector >> 3] & (0x80 >> (sector & 7))) != 0;

    /// <summary>Whether the first <paramref name="sectors"/> bits are all 1.</summary>
    public static bool IsFull(ReadOnlySpan<byte> bitmap, int sectors)
    {
        var whole = sectors >> 3;
        return !bitmap[..whole].ContainsAnyExcept((byte)0xFF)
            && ((sectors & 7) == 0 || (byte)(bitmap[whole] | (0xFF >> (sectors & 7))) == 0xFF);
    }

    /// <summary>Sets <paramref name="count"/> bits from <paramref name="sector"/> on.</summary>
    public static void Set(Span<byte> bitmap, int sector, int count)
    {
        for (var end = sector + count; sector < end;)
        {
            if ((sector & 7) == 0 && end - sector >= 8)
            {
                var bytes = (end - sector) >> 3;
                bitmap.Slice(sector >> 3, bytes).Fill(0xFF);
                sector += bytes << 3;
            }
            else
            {
                bitmap[sector >> 3] |= (byte)(0x80 >> (sector & 7));
                sector++;
            }
        }
    }

    /// <summary>How many sectors from <paramref name="sector"/> on, of <paramref name="sectors"/> in all, have the same bit.</summary>
    public static int RunLength(ReadOnlySpan<byte> bitmap, int sector, int sectors)
    {
        var first = IsSet(bitmap, sector);
        var same = first ? (byte)0xFF : (byte)0;
        var end = sector + 1;
        while (end < sectors)
        {
            if ((end & 7) == 0 && bitmap[end >> 3] == same && end + 8 <= sectors)
            {
                end += 8;
            }
            else if (IsSet(bitmap, end) == first)
            {
                end++;
            }
            else
            {
                break;
            }
        }

        return end - sector;
    }
}
