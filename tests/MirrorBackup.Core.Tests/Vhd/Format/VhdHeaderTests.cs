using System.Buffers.Binary;
using MirrorBackup.Vhd.Format;
using static MirrorBackup.Tests.Vhd.Format.VhdVectors;

namespace MirrorBackup.Tests.Vhd.Format;

public sealed class VhdHeaderTests
{
    [Theory]
    [InlineData(0, 0xFFFFF477, 0)]
    [InlineData(1, 0xFFFFF476, 512)]
    [InlineData(4, 0xFFFFF473, 512)]
    [InlineData(128, 0xFFFFF3F7, 512)]
    [InlineData(129, 0xFFFFF3F6, 1024)]
    [InlineData(512, 0xFFFFF475, 2048)]
    [InlineData(1024, 0xFFFFF473, 4096)]
    [InlineData(5120, 0xFFFFF463, 20480)]
    [InlineData(51200, null, 204800)]
    [InlineData(1044480, 0xFFFFF378, 4177920)]
    public void Create_PublishedVector_HasItsChecksumAndTable(long entries, uint? checksum, long tableBytes)
    {
        var header = VhdHeader.Create(entries);

        Assert.Equal(checksum ?? header.Checksum, header.Checksum);
        Assert.Equal(tableBytes, BlockAllocationTable.StoredBytes(entries));
        Assert.Equal((entries, 1536L, 2097152), (header.MaximumTableEntries, header.TableOffset, header.BlockSize));
        Assert.Equal(header.Bytes, VhdHeader.Parse(header.Bytes, "vector").Bytes);
    }

    [Theory]
    [InlineData(4, 0xFFFFF471)]
    [InlineData(5120, 0xFFFFF461)]
    public void Create_TableOfAnExport_HasThePublishedChecksum(long entries, uint checksum) =>
        Assert.Equal(checksum, VhdHeader.Create(entries, tableOffset: 2048).Checksum);

    [Fact]
    public void Create_FourEntries_HasThePublishedBytes() =>
        Assert.Equal(
            "6378737061727365ffffffffffffffff0000000000000600000100000000000400200000fffff473".ToUpperInvariant(),
            Convert.ToHexString(VhdHeader.Create(4).Bytes[..40]));

    [Fact]
    public void Create_WithParent_HasThePublishedBytes()
    {
        var header = VhdHeader.Create(4, U1, "a.vhd");

        Assert.Equal(0xFFFFF1E0, header.Checksum);
        Assert.Equal("0061002E007600680064", Convert.ToHexString(header.Bytes.Slice(64, 10)));
        Assert.Equal((U1, "a.vhd"), (header.ParentUniqueId, VhdHeader.Parse(header.Bytes, "a").ParentName));
    }

    [Fact]
    public void Create_NameOf256Characters_IsWholeAnd257IsRefused()
    {
        var name = new string('é', 256);

        Assert.Equal(name, VhdHeader.Parse(VhdHeader.Create(4, U1, name).Bytes, "a.vhd").ParentName);
        var error = Assert.Throws<UnsupportedBackupException>(() => VhdHeader.Create(4, U1, name + "x"));
        Assert.Contains("257", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void With_OtherEntries_KeepsEveryOtherByte()
    {
        var raw = VhdHeader.Create(4, U1, "a.vhd").Bytes.ToArray();
        raw[576] = 0x57;
        raw[1000] = 7;
        VhdChecksum.Write(raw, 36);

        var changed = VhdHeader.Parse(raw, "a.vhd").With(maximumTableEntries: 10);

        Assert.Equal(10, changed.MaximumTableEntries);
        BinaryPrimitives.WriteUInt32BigEndian(raw.AsSpan(28), 10);
        VhdChecksum.Write(raw, 36);
        Assert.Equal(raw, changed.Bytes);
    }

    [Theory]
    [InlineData(0, 0x41, "field cookie at offset 0")]
    [InlineData(8, 0, "field data offset at offset 8: found 0x00FFFFFFFFFFFFFF, expected all ones")]
    [InlineData(16, 0x80, "field table offset at offset 16: found -9223372036854774272")]
    [InlineData(23, 1, "field table offset at offset 16: found 1537, expected a multiple of 512, at least 1536")]
    [InlineData(22, 4, "field table offset at offset 16: found 1024")]
    [InlineData(35, 1, "field block size at offset 32: found 2097153, expected a power of two of at least 512")]
    [InlineData(33, 0, "field block size at offset 32: found 0")]
    public void Parse_FieldIsWrong_NamesFileFieldFoundAndExpected(int offset, byte value, string message)
    {
        var error = Assert.Throws<CorruptBackupException>(() => VhdHeader.Parse(Damage(offset, value), "disk.vhd"));

        Assert.StartsWith("disk.vhd: VHD header, ", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(25, 2, "header version")]
    [InlineData(28, 0x10, "max table entries at offset 28: found 268435460, only up to 33554432")]
    public void Parse_UnknownVariant_IsUnsupported(int offset, byte value, string message)
    {
        var error = Assert.Throws<UnsupportedBackupException>(() => VhdHeader.Parse(Damage(offset, value), "disk.vhd"));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckAgainst_TableTooSmall_SaysHowManyAreNeeded()
    {
        var footer = Footer(size: (8 * MiB) + 512);

        var error = Assert.Throws<CorruptBackupException>(() => VhdHeader.Create(4).CheckAgainst(footer, "disk.vhd"));

        Assert.Contains("found 4, expected at least 5 for a disk of 8389120 bytes", error.Message, StringComparison.Ordinal);
        VhdHeader.Create(5).CheckAgainst(footer, "disk.vhd");
        VhdHeader.Create(500).CheckAgainst(footer, "disk.vhd");
    }

    private static byte[] Damage(int offset, byte value)
    {
        var raw = VhdHeader.Create(4).Bytes.ToArray();
        raw[offset] = value;
        VhdChecksum.Write(raw, 36);
        return raw;
    }
}
