using System.Buffers.Binary;

namespace MirrorBackup.Vhd.Format;

/// <summary>
/// One of the eight entries that say where a region with a path of the parent lies (<c>formats/vhd.md</c> §1.9). Only the region matters here: parents are
/// found by the unicode name of the header, and we write no locators.
/// </summary>
/// <param name="PlatformCode">What kind of path it is; 0 = unused.</param>
/// <param name="SpaceBytes">Bytes reserved for it.</param>
/// <param name="DataLength">Bytes used.</param>
/// <param name="DataOffset">Bytes from the start of the file.</param>
internal readonly record struct ParentLocator(uint PlatformCode, long SpaceBytes, uint DataLength, long DataOffset)
{
    public const int Size = 24;
    public const int Count = 8;

    public bool IsUsed => PlatformCode != 0 && SpaceBytes != 0;

    public static ParentLocator Read(ReadOnlySpan<byte> entry)
    {
        var space = BinaryPrimitives.ReadUInt32BigEndian(entry[4..]);

        // The specification counts sectors, every known writer counts bytes; no real path needs 512 sectors.
        var spaceBytes = space < 512 ? space * 512L : space;
        return new(
            BinaryPrimitives.ReadUInt32BigEndian(entry),
            spaceBytes,
            BinaryPrimitives.ReadUInt32BigEndian(entry[8..]),
            BinaryPrimitives.ReadInt64BigEndian(entry[16..]));
    }
}
