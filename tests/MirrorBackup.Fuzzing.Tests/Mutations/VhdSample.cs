using System.Buffers.Binary;
using System.Text;

namespace MirrorBackup.Fuzzing.Mutations;

/// <summary>A small valid VHD, made by the specification (<c>formats/vhd.md</c> §1) without code of the library: what mutations start from.</summary>
internal sealed record VhdSample
{
    public int BlockSize { get; init; } = 4096;

    public int BlockCount { get; init; } = 6;

    /// <summary>The blocks that are there, in the order of the file.</summary>
    public int[] Blocks { get; init; } = [3, 0, 4];

    public bool IsDelta { get; init; }

    public string ParentName { get; init; } = "p.vhd";

    public byte Bitmap { get; init; } = 0xFF;

    public string Creator { get; init; } = "tap\0";

    /// <summary>Bytes that the disk ends before its last block does.</summary>
    public int CutFromDisk { get; init; }

    private int BitmapLength => (Math.Max(1, BlockSize / 4096) + 511) / 512 * 512;

    /// <summary>The footer.</summary>
    public byte[] Footer()
    {
        var raw = new byte[VhdMutation.FooterLength];
        Encoding.ASCII.GetBytes("conectix").CopyTo(raw, 0);
        raw[11] = 2;
        raw[13] = 1;
        BinaryPrimitives.WriteUInt64BigEndian(raw.AsSpan(16), 512);
        Encoding.ASCII.GetBytes(Creator).CopyTo(raw, 28);
        BinaryPrimitives.WriteUInt32BigEndian(raw.AsSpan(32), 0x00010003);
        var size = ((long)BlockSize * BlockCount) - CutFromDisk;
        BinaryPrimitives.WriteInt64BigEndian(raw.AsSpan(40), size);
        BinaryPrimitives.WriteInt64BigEndian(raw.AsSpan(48), size);
        raw[63] = (byte)(IsDelta ? 4 : 3);
        raw[68] = (byte)(IsDelta ? 0xC1 : 0xA1);
        return VhdMutation.Seal(raw, VhdMutation.FooterChecksum);
    }

    /// <summary>The header.</summary>
    public byte[] Header()
    {
        var raw = new byte[VhdMutation.HeaderLength];
        Encoding.ASCII.GetBytes("cxsparse").CopyTo(raw, 0);
        raw.AsSpan(8, 8).Fill(0xFF);
        BinaryPrimitives.WriteInt64BigEndian(raw.AsSpan(16), VhdMutation.FooterLength + VhdMutation.HeaderLength);
        raw[25] = 1;
        BinaryPrimitives.WriteInt32BigEndian(raw.AsSpan(28), BlockCount);
        BinaryPrimitives.WriteInt32BigEndian(raw.AsSpan(32), BlockSize);
        if (IsDelta)
        {
            raw[40] = 0xA1;
            Encoding.BigEndianUnicode.GetBytes(ParentName).CopyTo(raw, 64);
        }

        return VhdMutation.Seal(raw, VhdMutation.HeaderChecksum);
    }

    /// <summary>The table, padded to whole sectors.</summary>
    public byte[] Table()
    {
        var table = new byte[((BlockCount * 4) + 511) / 512 * 512];
        table.AsSpan().Fill(0xFF);
        var sector = 3 + (table.Length / 512);
        foreach (var block in Blocks)
        {
            BinaryPrimitives.WriteInt32BigEndian(table.AsSpan(block * 4), sector);
            sector += (BitmapLength + BlockSize) / 512;
        }

        return table;
    }

    /// <summary>A block: bitmap and data.</summary>
    public byte[] Block(int index)
    {
        var block = new byte[BitmapLength + BlockSize];
        block.AsSpan(0, BitmapLength).Fill(Bitmap);
        block.AsSpan(BitmapLength).Fill((byte)(index + 1));
        return block;
    }

    /// <summary>The whole file.</summary>
    public byte[] File() => [.. Footer(), .. Header(), .. Table(), .. Blocks.SelectMany(Block), .. Footer()];

    /// <summary>A fixed disk of so many sectors.</summary>
    public static byte[] FixedFile(int sectors)
    {
        var footer = new VhdSample { BlockSize = 512, BlockCount = sectors, Blocks = [] }.Footer();
        footer[63] = 2;
        return [.. new byte[sectors * 512], .. VhdMutation.Seal(footer, VhdMutation.FooterChecksum)];
    }
}
