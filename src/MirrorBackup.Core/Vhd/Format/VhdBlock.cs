namespace MirrorBackup.Vhd.Format;

/// <summary>How much room a block takes in a file: a bitmap of one bit per sector, in whole sectors, then the data (<c>formats/vhd.md</c> §1.8).</summary>
internal static class VhdBlock
{
    public const int SectorSize = 512;

    /// <summary>Bytes of the bitmap as it is stored.</summary>
    public static int BitmapBytes(int blockSize) => Math.Max(SectorSize, blockSize / SectorSize / 8);

    /// <summary>Bytes of bitmap and data: 2 097 664 for blocks of 2 MiB.</summary>
    public static int StoredBytes(int blockSize) => BitmapBytes(blockSize) + blockSize;
}
