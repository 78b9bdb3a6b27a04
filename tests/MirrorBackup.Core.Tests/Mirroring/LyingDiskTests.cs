using System.Buffers.Binary;
using System.Text;
using MirrorBackup.Mirroring;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>
/// Disks of the source that lie, through a whole job. The bytes are changed at the offsets of the VHD specification, checksums made right again:
/// what can be restored arrives, the report names the file that cannot, and the source stays as it is.
/// </summary>
public sealed class LyingDiskTests
{
    private const string A = "20260105T010000Z.vhd";
    private const string B = "20260106T010000Z.vhd";
    private const string C = "20260107T010000Z.vhd";
    private const int Header = 512;
    private const int Table = 1536;

    public static TheoryData<string, string, string> Lies { get; } = new()
    {
        // what, letters that arrive, the file that the report names
        { "parents form a cycle", "A", C },
        { "is its own parent", "AB", C },
        { "parent leaves the folder", "AB", C },
        { "parent has a full path", "AB", C },
        { "parent is not there", "AB", C },
        { "block beyond the end", "AB", C },
        { "block inside the header", "AB", C },
        { "blocks overlap", "", A },
        { "cut in the middle of a block", "AB", C },
        { "cut in the table", "AB", C },
        { "empty file", "AB", C },
        { "table of 4 billion entries", "AB", C },
        { "table beyond the end", "AB", C },
        { "disk of an exabyte", "AB", C },
        { "block size of 1 GiB", "AB", C },
        { "unknown version", "AB", C },
        { "something after the end", "AB", C },
    };

    [Theory]
    [MemberData(nameof(Lies))]
    public async Task Run_DiskOfTheSourceLies_MirrorsTheRestAndNamesTheFile(string lie, string letters, string culprit)
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        Tell(world, lie);
        var before = world.Tree("src");

        var report = await world.MirrorAsync("dst");

        Assert.Equal(MirrorOutcome.Incomplete, report.Outcome);
        var said = string.Join('\n', report.Vms[0].Destinations[0].Conflicts.Concat(report.Vms[0].Warnings));
        Assert.True(said.Contains(culprit, StringComparison.Ordinal), said);
        Assert.Equal(before, world.Tree("src"));
        await world.AssertHoldsAsync("dst", letters);
    }

    private static void Tell(MirrorFixture world, string lie)
    {
        string Disk(string name) => Directory.GetFiles(world.Run.PathOf("src"), name, SearchOption.AllDirectories).Single();
        var id = Read(Disk(C), 68, 16);
        switch (lie)
        {
            case "parents form a cycle":
                Name(Disk(B), C, id);
                break;
            case "is its own parent":
                Name(Disk(C), C, id);
                break;
            case "parent leaves the folder":
                Name(Disk(C), "../../../../../other/" + B);
                break;
            case "parent has a full path":
                Name(Disk(C), Disk(B));
                break;
            case "parent is not there":
                Name(Disk(C), "20250101T000000Z.vhd");
                break;
            case "block beyond the end":
                Write(Disk(C), Table + (2 * 4), BigEndian(0x7fff_0000));
                break;
            case "block inside the header":
                Write(Disk(C), Table + (2 * 4), BigEndian(1));
                break;
            case "blocks overlap":
                Write(Disk(A), Table + 4, Read(Disk(A), Table, 4));
                break;
            case "cut in the middle of a block":
                Cut(Disk(C), 1 << 20);
                break;
            case "cut in the table":
                Cut(Disk(C), Table + 6);
                break;
            case "empty file":
                Cut(Disk(C), 0);
                break;
            case "table of 4 billion entries":
                ChangeHeader(Disk(C), 28, BigEndian(uint.MaxValue));
                break;
            case "table beyond the end":
                ChangeHeader(Disk(C), 16, [0, 0, 1, 0, 0, 0, 0, 0]);
                break;
            case "disk of an exabyte":
                ChangeFooters(Disk(C), 48, [0x10, 0, 0, 0, 0, 0, 0, 0]);
                break;
            case "block size of 1 GiB":
                ChangeHeader(Disk(C), 32, BigEndian(1 << 30));
                break;
            case "unknown version":
                ChangeHeader(Disk(C), 24, BigEndian(0x0009_0000));
                break;
            case "something after the end":
                Write(Disk(C), (int)new FileInfo(Disk(C)).Length, new byte[700]);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(lie), lie, "No such lie.");
        }
    }

    // Parent id at 40, name at 64 of the header (UTF-16, big-endian); Xen Orchestra has the same name in the locators, which nothing reads.
    private static void Name(string file, string parent, byte[]? id = null)
    {
        var name = new byte[512];
        Encoding.BigEndianUnicode.GetBytes(parent.Length > 256 ? parent[^256..] : parent, name);
        ChangeHeader(file, 64, name);
        if (id is not null)
        {
            ChangeHeader(file, 40, id);
        }
    }

    private static void ChangeHeader(string file, int offset, byte[] value)
    {
        var header = Read(file, Header, 1024);
        value.CopyTo(header, offset);
        Write(file, Header, Sum(header, 36));
    }

    private static void ChangeFooters(string file, int offset, byte[] value)
    {
        var footer = Read(file, 0, 512);
        value.CopyTo(footer, offset);
        footer = Sum(footer, 64);
        Write(file, 0, footer);
        Write(file, (int)new FileInfo(file).Length - 512, footer);
    }

    // The complement of the sum of all bytes, the checksum itself taken as zero.
    private static byte[] Sum(byte[] structure, int checksumOffset)
    {
        structure.AsSpan(checksumOffset, 4).Clear();
        BinaryPrimitives.WriteUInt32BigEndian(structure.AsSpan(checksumOffset), ~(uint)structure.Sum(static value => value));
        return structure;
    }

    private static byte[] BigEndian(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Read(string file, int offset, int count) => File.ReadAllBytes(file)[offset..(offset + count)];

    private static void Write(string file, int offset, byte[] value)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Write);
        RandomAccess.Write(handle, value, offset);
    }

    private static void Cut(string file, long length)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.Write);
        RandomAccess.SetLength(handle, length);
    }
}
