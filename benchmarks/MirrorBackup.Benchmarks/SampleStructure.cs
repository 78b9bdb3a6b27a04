using System.Buffers.Binary;
using MirrorBackup.Disks;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Benchmarks;

/// <summary>The bytes of a structure of VHD files, and how the library reads them.</summary>
public sealed class SampleStructure
{
    private const int TableEntries = 1 << 20;
    private const int TablePieceBytes = 256 << 10;
    private const string Name = "sample.vhd";

    private readonly string _name;
    private readonly Func<byte[], int> _parse;

    private SampleStructure(string name, ReadOnlySpan<byte> bytes, Func<byte[], int> parse) => (_name, Bytes, _parse) = (name, bytes.ToArray(), parse);

    /// <summary>All of them: footer and header of a delta of 2 TiB, tables of as many blocks, bitmaps of one block.</summary>
    public static IReadOnlyList<SampleStructure> All { get; } = [.. Make()];

    /// <summary>What is read.</summary>
    public byte[] Bytes { get; }

    /// <summary>Reads them.</summary>
    /// <returns>Something of the result.</returns>
    public int Parse() => _parse(Bytes);

    /// <inheritdoc/>
    public override string ToString() => _name;

    private static IEnumerable<SampleStructure> Make()
    {
        var disk = new DiskIdentity(SampleDisk.IdOf(1), SampleDisk.KeyId, "20260105T010000Z.vhd", TableEntries * (long)SampleDisk.BlockBytes);
        var head = VhdHead.Create(disk, DateTimeOffset.UnixEpoch.AddYears(56), VhdGeometry.Maximum);
        yield return new("footer", head.Footer.Bytes, static bytes => (int)VhdFooter.Parse(bytes, Name).Timestamp);
        yield return new("header", head.Header.Bytes, static bytes => VhdHeader.Parse(bytes, Name).BlockSize);
        yield return new("table, full", Table(1), ParseTable);
        yield return new("table, 1 / 16 used", Table(16), ParseTable);
        yield return new("table, empty", Table(int.MaxValue), ParseTable);

        var bitmap = new byte[SampleDisk.BitmapBytes];
        SectorBitmap.Set(bitmap, 0, SampleDisk.BlockBytes / SectorBitmap.SectorSize);
        yield return new("bitmap, full", bitmap, static bits => SectorBitmap.IsFull(bits, bits.Length * 8) ? 1 : 0);
        yield return new("bitmap, runs of 16", Runs(16), CountRuns);
    }

    // Every so many blocks one is allocated.
    private static byte[] Table(int distance)
    {
        var table = new byte[TableEntries * sizeof(uint)];
        for (var entry = 0; entry < TableEntries; entry++)
        {
            var sector = distance < TableEntries && entry % distance == 0 ? (uint)entry << 12 : BlockAllocationTable.Unused;
            BinaryPrimitives.WriteUInt32BigEndian(table.AsSpan(entry * sizeof(uint)), sector);
        }

        return table;
    }

    // In pieces, as they are read from a file.
    private static int ParseTable(byte[] bytes)
    {
        var builder = new BlockAllocationTable.Builder(Name, TableEntries);
        for (var offset = 0; offset < bytes.Length; offset += TablePieceBytes)
        {
            builder.Add(bytes.AsSpan(offset, TablePieceBytes));
        }

        return builder.Build().Indexes.Length;
    }

    private static byte[] Runs(int sectors)
    {
        var bitmap = new byte[SampleDisk.BitmapBytes];
        for (var sector = 0; sector < bitmap.Length * 8; sector += 2 * sectors)
        {
            SectorBitmap.Set(bitmap, sector, sectors);
        }

        return bitmap;
    }

    private static int CountRuns(byte[] bitmap)
    {
        var runs = 0;
        for (var sector = 0; sector < bitmap.Length * 8; runs++)
        {
            sector += SectorBitmap.RunLength(bitmap, sector, bitmap.Length * 8);
        }

        return runs;
    }
}
