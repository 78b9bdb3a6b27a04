namespace MirrorBackup.Vhd.Format;

/// <summary>Where the fields of a dynamic header lie, in the order of the specification's table (<c>formats/vhd.md</c> §1.3).</summary>
internal static class VhdHeaderOffsets
{
    public const int Cookie = 0;
    public const int DataOffset = 8;
    public const int TableOffset = 16;
    public const int HeaderVersion = 24;
    public const int MaximumTableEntries = 28;
    public const int BlockSize = 32;
    public const int Checksum = 36;
    public const int ParentUniqueId = 40;
    public const int ParentTimestamp = 56;
    public const int ParentUnicodeName = 64;
    public const int ParentLocators = 576;
}
