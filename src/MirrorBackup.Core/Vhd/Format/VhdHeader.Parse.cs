using System.Buffers.Binary;
using System.Numerics;

namespace MirrorBackup.Vhd.Format;

/// <content>Reading and checking.</content>
public sealed partial class VhdHeader
{
    private const string Structure = "VHD header";
    private const int MaximumBlockSize = 16 * 1024 * 1024;

    /// <summary>Reads and checks a header by itself; see <see cref="CheckAgainst"/>.</summary>
    /// <param name="bytes">Exactly 1024 bytes; copied.</param>
    /// <param name="file">What they come from, for messages.</param>
    /// <returns>The header.</returns>
    /// <exception cref="CorruptBackupException">Cookie, checksum or a field is not that of a header.</exception>
    /// <exception cref="UnsupportedBackupException">A header version or block size that is not handled.</exception>
    /// <exception cref="ArgumentException">Not 1024 bytes.</exception>
    public static VhdHeader Parse(ReadOnlySpan<byte> bytes, string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        if (bytes.Length != Size)
        {
            throw new ArgumentException($"A header has {Size} bytes, {bytes.Length} were given.", nameof(bytes));
        }

        if (!bytes.StartsWith("cxsparse"u8))
        {
            throw VhdFormatError.Field(file, Structure, "cookie", VhdHeaderOffsets.Cookie, Convert.ToHexString(bytes[..8]), "6378737061727365 (cxsparse)");
        }

        var header = new VhdHeader(bytes.ToArray()) { ParentName = ReadParentName(bytes) };
        var checksum = VhdChecksum.Compute(bytes, VhdHeaderOffsets.Checksum);
        if (header.Checksum != checksum)
        {
            throw VhdFormatError.Field(file, Structure, "checksum", VhdHeaderOffsets.Checksum, $"0x{header.Checksum:X8}", $"0x{checksum:X8}");
        }

        header.CheckFields(file);
        return header;
    }

    /// <summary>Checks that the table is large enough for the disk.</summary>
    /// <param name="footer">The footer of the same file.</param>
    /// <param name="file">What both come from, for messages.</param>
    /// <exception cref="CorruptBackupException">It is not.</exception>
    internal void CheckAgainst(VhdFooter footer, string file)
    {
        ArgumentNullException.ThrowIfNull(footer);
        ArgumentNullException.ThrowIfNull(file);
        var needed = (footer.CurrentSize / BlockSize) + (footer.CurrentSize % BlockSize == 0 ? 0 : 1);
        if (MaximumTableEntries < needed)
        {
            throw VhdFormatError.Field(
                file,
                Structure,
                "max table entries",
                VhdHeaderOffsets.MaximumTableEntries,
                $"{MaximumTableEntries}",
                $"at least {needed} for a disk of {footer.CurrentSize} bytes in blocks of {BlockSize}");
        }
    }

    private static string ReadParentName(ReadOnlySpan<byte> bytes)
    {
        var field = bytes.Slice(VhdHeaderOffsets.ParentUnicodeName, MaximumParentNameLength * sizeof(char));
        Span<char> name = stackalloc char[MaximumParentNameLength];
        var length = 0;
        while (length < name.Length && BinaryPrimitives.ReadUInt16BigEndian(field[(length * sizeof(char))..]) is > 0 and var unit)
        {
            name[length++] = (char)unit;
        }

        return new string(name[..length]);
    }

    private void CheckFields(string file)
    {
        var dataOffset = BinaryPrimitives.ReadUInt64BigEndian(_raw.AsSpan(VhdHeaderOffsets.DataOffset));
        if (dataOffset != VhdFooter.NoOffset)
        {
            throw VhdFormatError.Field(file, Structure, "data offset", VhdHeaderOffsets.DataOffset, $"0x{dataOffset:X16}", "all ones");
        }

        var version = ReadUInt32(VhdHeaderOffsets.HeaderVersion);
        if (version != SupportedVersion)
        {
            throw VhdFormatError.Unsupported(file, Structure, "header version", VhdHeaderOffsets.HeaderVersion, $"0x{version:X8}", $"0x{SupportedVersion:X8}");
        }

        var blockSize = ReadUInt32(VhdHeaderOffsets.BlockSize);
        if (blockSize < VhdBlock.SectorSize || !BitOperations.IsPow2(blockSize))
        {
            throw VhdFormatError.Field(file, Structure, "block size", VhdHeaderOffsets.BlockSize, $"{blockSize}", "a power of two of at least 512");
        }

        if (blockSize > MaximumBlockSize)
        {
            throw VhdFormatError.Unsupported(file, Structure, "block size", VhdHeaderOffsets.BlockSize, $"{blockSize}", $"up to {MaximumBlockSize}");
        }

        if (TableOffset < VhdFooter.Size + Size || TableOffset % VhdBlock.SectorSize != 0)
        {
            throw VhdFormatError.Field(
                file, Structure, "table offset", VhdHeaderOffsets.TableOffset, $"{TableOffset}", $"a multiple of 512, at least {VhdFooter.Size + Size}");
        }

        if (MaximumTableEntries > BlockAllocationTable.MaximumEntries)
        {
            throw VhdFormatError.Unsupported(
                file, Structure, "max table entries", VhdHeaderOffsets.MaximumTableEntries, $"{MaximumTableEntries}", $"up to {BlockAllocationTable.MaximumEntries}");
        }
    }
}
