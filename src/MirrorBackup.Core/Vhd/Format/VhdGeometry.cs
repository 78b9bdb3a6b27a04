namespace MirrorBackup.Vhd.Format;

/// <summary>Cylinders, heads and sectors of a footer (offsets 56 to 59). Only programs without another source take a size from them.</summary>
/// <param name="Cylinders">0 to 65535.</param>
/// <param name="Heads">0 to 255; 16 at most in practice.</param>
/// <param name="SectorsPerTrack">0 to 255.</param>
public readonly record struct VhdGeometry(ushort Cylinders, byte Heads, byte SectorsPerTrack)
{
    private const long MaximumSectors = 65535L * 16 * 255;
    private const long LargeDiskSectors = 65535L * 16 * 63;

    /// <summary>
    /// The largest geometry, which is what we write whatever the size of the disk: with it every known reader takes the exact size from the
    /// footer's size field (<c>docs/vhd.md</c> says why).
    /// </summary>
    public static VhdGeometry Maximum { get; } = new(65535, 16, 255);

    /// <summary>How many bytes the geometry spans.</summary>
    public long CapacityBytes => (long)Cylinders * Heads * SectorsPerTrack * 512;

    /// <summary>The text <c>cylinders/heads/sectors</c>.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"{Cylinders}/{Heads}/{SectorsPerTrack}";

    /// <summary>The algorithm of the VHD specification's appendix: whole numbers, cylinders rounded down, so that the end of a disk may lie beyond.</summary>
    internal static VhdGeometry OfSpecification(long sizeBytes)
    {
        var sectors = Math.Min(sizeBytes / 512, MaximumSectors);
        if (sectors >= LargeDiskSectors)
        {
            return new((ushort)(sectors / 255 / 16), 16, 255);
        }

        var perTrack = 17L;
        var tracks = sectors / perTrack;
        var heads = Math.Max(4, (tracks + 1023) / 1024);
        if (tracks >= heads * 1024 || heads > 16)
        {
            (perTrack, heads) = (31, 16);
            tracks = sectors / perTrack;
        }

        if (tracks >= heads * 1024)
        {
            (perTrack, heads) = (63, 16);
            tracks = sectors / perTrack;
        }

        return new((ushort)(tracks / heads), (byte)heads, (byte)perTrack);
    }

    /// <summary>What Xen Orchestra makes of it: fractions, sectors and cylinders rounded up.</summary>
    internal static VhdGeometry OfXenOrchestra(long sizeBytes)
    {
        var sectors = (double)Math.Min((sizeBytes + 511) / 512, MaximumSectors);
        if (sectors >= LargeDiskSectors)
        {
            return new((ushort)Math.Ceiling(sectors / 255 / 16), 16, 255);
        }

        var perTrack = 17d;
        var tracks = sectors / perTrack;
        var heads = Math.Max(4, Math.Floor((tracks + 1023) / 1024));
        if (tracks >= heads * 1024 || heads > 16)
        {
            (perTrack, heads) = (31, 16);
            tracks = sectors / perTrack;
        }

        if (tracks >= heads * 1024)
        {
            (perTrack, heads) = (63, 16);
            tracks = sectors / perTrack;
        }

        return new((ushort)Math.Ceiling(tracks / heads), (byte)heads, (byte)perTrack);
    }
}
