using System.Buffers.Binary;
using MirrorBackup.Vhd.Format;
using static MirrorBackup.Tests.Vhd.Format.VhdVectors;

namespace MirrorBackup.Tests.Vhd.Format;

public sealed class VhdFooterTests
{
    private const string F1 =
        "636f6e656374697800000002000100000000000000000200" + "00000000" + "786f2020" + "00000000" + "5769326b"
        + "0000000000800000" + "0000000000800000" + "00f10411" + "00000003" + "fffff74e" + "00000001000040008000000000000001";

    public static TheoryData<VhdFooter, uint> ChecksumVectors => new()
    {
        { Footer(), 0xFFFFF74E },
        { Footer(geometry: new(240, 4, 17)), 0xFFFFF74F },
        { Footer(VhdDiskType.Differencing, U2), 0xFFFFF74B },
        { Footer(VhdDiskType.Fixed), 0xFFFFEF59 },
        { Footer(timestamp: 825163200, geometry: new(240, 4, 17)), 0xFFFFF533 },
        { VhdFooter.Create(U1, VhdDiskType.Dynamic, 10L << 30, 0, new(20805, 16, 63), VhdCreator.Xapi), 0xFFFFF851 },
    };

    [Theory]
    [MemberData(nameof(ChecksumVectors), DisableDiscoveryEnumeration = true)]
    public void Create_PublishedVector_HasItsChecksum(VhdFooter footer, uint checksum)
    {
        Assert.Equal(checksum, footer.Checksum);
        Assert.True(VhdFooter.Parse(footer.Bytes, "vector").HasSameBytes(footer));
    }

    [Fact]
    public void Create_VectorF1_HasItsBytes()
    {
        Assert.Equal(F1.ToUpperInvariant(), Convert.ToHexString(Footer().Bytes[..84]));
        Assert.False(Footer().Bytes[84..].ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void Create_VectorF4_StoresSecondsSince2000()
    {
        var instant = new DateTimeOffset(2026, 2, 23, 12, 0, 0, TimeSpan.Zero);

        var footer = Footer(timestamp: VhdTimestamp.FromInstant(instant));

        Assert.Equal("312EFDC0", Convert.ToHexString(footer.Bytes.Slice(24, 4)));
        Assert.Equal(instant, footer.CreatedAt);
        Assert.Equal(instant.AddYears(30), VhdTimestamp.ToInstant(0x699C4140));
    }

    [Theory]
    [InlineData(1970, 0u)]
    [InlineData(2200, uint.MaxValue)]
    public void FromInstant_OutsideTheRange_IsTheNearest(int year, uint seconds) =>
        Assert.Equal(seconds, VhdTimestamp.FromInstant(new DateTimeOffset(year, 1, 1, 0, 0, 0, TimeSpan.Zero)));

    [Fact]
    public void Parse_VectorF1_ReadsEveryField()
    {
        var raw = new byte[512];
        Convert.FromHexString(F1).CopyTo(raw, 0);

        var footer = VhdFooter.Parse(raw, "f1.vhd");

        Assert.Equal(
            (512ul, 0u, 8388608L, 8388608L, new VhdGeometry(241, 4, 17), VhdDiskType.Dynamic, U1),
            (footer.DataOffset, footer.Timestamp, footer.OriginalSize, footer.CurrentSize, footer.Geometry, footer.DiskType, footer.UniqueId));
        Assert.Equal("xo   0.0", footer.Creator.ToString());
    }

    [Fact]
    public void With_ReservedBytesAreUsed_KeepsThem()
    {
        var raw = Footer().Bytes.ToArray();
        raw[85] = 1;
        raw[300] = 0xAB;
        Reseal(raw);
        var footer = VhdFooter.Parse(raw, "hidden.vhd");

        var changed = footer.With(new VhdFooterChanges { UniqueId = U2, CurrentSize = 20 * MiB });

        Assert.Equal((1, 0xAB), (changed.Bytes[85], changed.Bytes[300]));
        Assert.Equal((U2, 20 * MiB, 8 * MiB), (changed.UniqueId, changed.CurrentSize, changed.OriginalSize));
        Assert.True(VhdFooter.Parse(changed.Bytes, "changed.vhd").HasSameBytes(changed));
        Assert.Equal(U1, footer.UniqueId);
    }

    [Fact]
    public void Parse_IdIsNotRfc4122_IsAccepted()
    {
        var id = new Guid(Enumerable.Repeat((byte)0xFF, 16).ToArray());

        Assert.Equal(id, VhdFooter.Parse(Footer(id: id).Bytes, "a.vhd").UniqueId);
    }

    [Theory]
    [InlineData(0x00000001u)]
    [InlineData(0x00010001u)]
    public void Parse_OldTapdiskHidden_ToleratesItsChecksum(uint version)
    {
        var raw = Footer().Bytes.ToArray();
        "tap\0"u8.CopyTo(raw.AsSpan(28));
        BinaryPrimitives.WriteUInt32BigEndian(raw.AsSpan(32), version);
        Reseal(raw);
        raw[85] = 1;

        Assert.Equal(U1, VhdFooter.Parse(raw, "tap.vhd").UniqueId);

        "xo  "u8.CopyTo(raw.AsSpan(28));
        Reseal(raw);
        raw[85] = 2;
        Assert.Throws<CorruptBackupException>(() => VhdFooter.Parse(raw, "xo.vhd"));
    }

    [Theory]
    [InlineData(0, 0x41, "cookie at offset 0: found 416F6E6563746978")]
    [InlineData(60, 0x41, "disk type at offset 60: found 1090519043, expected 2 (fixed), 3 (dynamic) or 4 (differencing)")]
    [InlineData(63, 6, "disk type at offset 60: found 6")]
    [InlineData(48, 0xFF, "current size at offset 48")]
    [InlineData(41, 1, "original size at offset 40: found 281474985099264, expected at most the current size, 8388608")]
    public void Parse_FieldIsWrong_NamesFileFieldFoundAndExpected(int offset, byte value, string message)
    {
        var raw = Footer().Bytes.ToArray();
        raw[offset] = value;
        Reseal(raw);

        var error = Assert.Throws<CorruptBackupException>(() => VhdFooter.Parse(raw, "disk.vhd"));

        Assert.StartsWith("disk.vhd: VHD footer, field ", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal("disk.vhd", error.Path);
    }

    [Theory]
    [InlineData(13, 2, "format version at offset 12: found 0x00020000, only 0x00010000 is handled")]
    [InlineData(22, 4, "data offset at offset 16: found 1024, only 512 is handled")]
    public void Parse_UnknownVariant_IsUnsupported(int offset, byte value, string message)
    {
        var raw = Footer().Bytes.ToArray();
        raw[offset] = value;
        Reseal(raw);

        var error = Assert.Throws<UnsupportedBackupException>(() => VhdFooter.Parse(raw, "disk.vhd"));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_WrongChecksum_SaysFoundAndExpected()
    {
        var raw = Footer().Bytes.ToArray();
        raw[200] = 1;

        var error = Assert.Throws<CorruptBackupException>(() => VhdFooter.Parse(raw, "disk.vhd"));

        Assert.Equal("disk.vhd: VHD footer, field checksum at offset 64: found 0xFFFFF74E, expected 0xFFFFF74D.", error.Message);
    }

    [Fact]
    public void Compute_ZeroBytes_IsAllOnes() => Assert.Equal(0xFFFFFFFF, VhdChecksum.Compute(new byte[512], 64));

    private static void Reseal(byte[] raw) => VhdChecksum.Write(raw, 64);
}
