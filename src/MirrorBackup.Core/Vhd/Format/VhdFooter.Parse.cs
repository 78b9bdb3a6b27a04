using System.Buffers.Binary;

namespace MirrorBackup.Vhd.Format;

/// <content>Reading and checking.</content>
public sealed partial class VhdFooter
{
    /// <summary>Whether bytes begin like a footer, before any check.</summary>
    /// <param name="bytes">Any number of bytes.</param>
    /// <returns>True if they begin with the cookie.</returns>
    internal static bool HasCookie(ReadOnlySpan<byte> bytes) => bytes.StartsWith("conectix"u8);

    /// <summary>Reads and checks a footer.</summary>
    /// <param name="bytes">Exactly 512 bytes; copied.</param>
    /// <param name="file">What they come from, for messages.</param>
    /// <returns>The footer.</returns>
    /// <exception cref="CorruptBackupException">Cookie, checksum, sizes or disk type are not those of a footer.</exception>
    /// <exception cref="UnsupportedBackupException">A format version or a place of the header that nobody writes.</exception>
    /// <exception cref="ArgumentException">Not 512 bytes.</exception>
    public static VhdFooter Parse(ReadOnlySpan<byte> bytes, string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"A footer has {Size} bytes, {bytes.Length} were given.", nameof(bytes));
        }

        const string Structure = "VHD footer";
        if (!HasCookie(bytes))
        {
            throw VhdFormatError.Field(file, Structure, "cookie", VhdFooterOffsets.Cookie, Convert.ToHexString(bytes[..8]), "636F6E6563746978 (conectix)");
        }

        var footer = new VhdFooter(bytes.ToArray());
        var checksum = VhdChecksum.Compute(bytes, VhdFooterOffsets.Checksum);
        if (footer.Checksum != checksum && footer.Checksum != footer.ChecksumOfOldTapdisk(checksum))
        {
            throw VhdFormatError.Field(file, Structure, "checksum", VhdFooterOffsets.Checksum, $"0x{footer.Checksum:X8}", $"0x{checksum:X8}");
        }

        var version = BinaryPrimitives.ReadUInt32BigEndian(bytes[VhdFooterOffsets.FormatVersion..]);
        if (version != SupportedVersion)
        {
            throw VhdFormatError.Unsupported(file, Structure, "format version", VhdFooterOffsets.FormatVersion, $"0x{version:X8}", $"0x{SupportedVersion:X8}");
        }

        footer.CheckKind(file, Structure);
        footer.CheckSizes(file, Structure);
        return footer;
    }

    private void CheckKind(string file, string structure)
    {
        if (DiskType is not (VhdDiskType.Fixed or VhdDiskType.Dynamic or VhdDiskType.Differencing))
        {
            throw VhdFormatError.Field(file, structure, "disk type", VhdFooterOffsets.DiskType, $"{(uint)DiskType}", "2 (fixed), 3 (dynamic) or 4 (differencing)");
        }

        // Old writers of fixed disks set only the low 32 bits; the field has no meaning there.
        if (DiskType != VhdDiskType.Fixed && DataOffset != UsualDataOffset)
        {
            throw VhdFormatError.Unsupported(file, structure, "data offset", VhdFooterOffsets.DataOffset, $"{DataOffset}", $"{UsualDataOffset}");
        }
    }

    private void CheckSizes(string file, string structure)
    {
        var current = ReadUInt64(VhdFooterOffsets.CurrentSize);
        if (current > long.MaxValue)
        {
            throw VhdFormatError.Field(file, structure, "current size", VhdFooterOffsets.CurrentSize, $"{current}", $"at most {long.MaxValue}");
        }

        var original = ReadUInt64(VhdFooterOffsets.OriginalSize);
        if (original > current)
        {
            throw VhdFormatError.Field(file, structure, "original size", VhdFooterOffsets.OriginalSize, $"{original}", $"at most the current size, {current}");
        }
    }

    // blktap computed the checksum of a hidden disk as if it were not hidden, in versions 0.1 and 1.1.
    private uint ChecksumOfOldTapdisk(uint checksum) =>
        Creator is { Application: var application, Version: 0x00000001 or 0x00010001 } && application == VhdCreator.Tapdisk
            ? checksum + _raw[VhdFooterOffsets.Hidden]
            : checksum;
}
