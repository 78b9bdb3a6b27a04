namespace MirrorBackup.Disks;

/// <summary>Completes a block from an older version of it, sector by sector.</summary>
internal static class SectorOverlay
{
    /// <summary>Takes from the older version the sectors that it holds and the block lacks.</summary>
    public static void FillMissing(Span<byte> bitmap, Span<byte> data, ReadOnlySpan<byte> olderBitmap, ReadOnlySpan<byte> olderData)
    {
        var sectors = data.Length / SectorBitmap.SectorSize;
        for (var sector = 0; sector < sectors;)
        {
            var run = SectorBitmap.RunLength(bitmap, sector, sectors);
            if (SectorBitmap.IsSet(bitmap, sector))
            {
                sector += run;
                continue;
            }

            var olderRun = Math.Min(run, SectorBitmap.RunLength(olderBitmap, sector, sectors));
            if (SectorBitmap.IsSet(olderBitmap, sector))
            {
                var (offset, bytes) = (sector * SectorBitmap.SectorSize, olderRun * SectorBitmap.SectorSize);
                olderData.Slice(offset, bytes).CopyTo(data.Slice(offset, bytes));
                SectorBitmap.Set(bitmap, sector, olderRun);
            }

            sector += olderRun;
        }
    }

    /// <summary>Makes zeros of the missing sectors from <paramref name="firstSector"/> on, and counts them as held.</summary>
    public static void FillMissingWithZeros(Span<byte> bitmap, Span<byte> data, int firstSector)
    {
        var sectors = data.Length / SectorBitmap.SectorSize;
        for (var sector = firstSector; sector < sectors;)
        {
            var run = SectorBitmap.RunLength(bitmap, sector, sectors);
            if (!SectorBitmap.IsSet(bitmap, sector))
            {
                data.Slice(sector * SectorBitmap.SectorSize, run * SectorBitmap.SectorSize).Clear();
                SectorBitmap.Set(bitmap, sector, run);
            }

            sector += run;
        }
    }

    /// <summary>Clears the data of the sectors that the block does not hold.</summary>
    public static void ClearMissing(ReadOnlySpan<byte> bitmap, Span<byte> data)
    {
        var sectors = data.Length / SectorBitmap.SectorSize;
        for (var sector = 0; sector < sectors;)
        {
            var run = SectorBitmap.RunLength(bitmap, sector, sectors);
            if (!SectorBitmap.IsSet(bitmap, sector))
            {
                data.Slice(sector * SectorBitmap.SectorSize, run * SectorBitmap.SectorSize).Clear();
            }

            sector += run;
        }
    }
}
