namespace MirrorBackup.Vhd.Format;

/// <summary>Where the fields of a footer lie, in the order of the specification's table (<c>formats/vhd.md</c> §1.2).</summary>
internal static class VhdFooterOffsets
{
    public const int Cookie = 0;
    public const int Features = 8;
    public const int FormatVersion = 12;
    public const int DataOffset = 16;
    public const int Timestamp = 24;
    public const int CreatorApplication = 28;
    public const int CreatorVersion = 32;
    public const int CreatorHostSystem = 36;
    public const int OriginalSize = 40;
    public const int CurrentSize = 48;
    public const int Cylinders = 56;
    public const int Heads = 58;
    public const int SectorsPerTrack = 59;
    public const int DiskType = 60;
    public const int Checksum = 64;
    public const int UniqueId = 68;
    public const int SavedState = 84;
    public const int Hidden = 85;
}
