namespace MirrorBackup.Vhd.Format;

/// <summary>
/// The bits that go before the data of a block: one per sector, most significant bit first (<c>formats/vhd.md</c> §1.8). 1 = the sector is in this file.
/// </summary>
internal static class SectorBitmap
{
    public const int SectorSize = 512;

    /// <summary>Bytes that hold bits.</summary>
    public static int BitBytes(int blockSize) => Math.Max(1, blockSize / SectorSize / 8);

    /// <summary>Bytes that a bitmap takes in the file: whole sectors, at least one.</summary>
    public static int StoredBytes(int blockSize) => (BitBytes(blockSize) + SectorSize - 1) / SectorSize * SectorSize;

    public static bool IsSet(ReadOnlySpan<byte> bitmap, int sector) => (bitmap[sector >> 3] & (0x80 >> (sector & 7))) != 0;

    /// <summary>Whether the first <paramref name="sectors"/> bits are all 1.</summary>
    public static bool IsFull(ReadOnlySpan<byte> bitmap, int sectors)
    {
        var whole = sectors >> 3;
        return !bitmap[..whole].ContainsAnyExcept((byte)0xFF)
            && ((sectors & 7) == 0 || (byte)(bitmap[whole] | (0xFF >> (sectors & 7))) == 0xFF);
    }

    /// <summary>Sets the first <paramref name="sectors"/> bits and clears the rest.</summary>
    public static void Fill(Span<byte> bitmap, int sectors)
    {
        bitmap.Clear();
        bitmap[..(sectors >> 3)].Fill(0xFF);
        if ((sectors & 7) != 0)
        {
            bitmap[sectors >> 3] = (byte)(0xFF00 >> (sectors & 7));
        }
    }

    /// <summary>How many sectors from <paramref name="sector"/> on have the same bit.</summary>
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
