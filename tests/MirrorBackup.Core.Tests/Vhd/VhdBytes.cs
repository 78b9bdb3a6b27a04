using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using MirrorBackup.Remotes;

namespace MirrorBackup.Tests.Vhd;

/// <summary>
/// Makes VHD files as other programs write them, byte by byte and without any code of the library, so that readers are not tested with their own
/// writers. Mutable on purpose: a test changes what it is about.
/// </summary>
internal sealed class VhdBytes
{
    public const int MiB = 1024 * 1024;

    private readonly List<(int Index, byte[] Bitmap, byte[] Data)> _blocks = [];

    public Guid Id { get; set; } = Guid.Parse("00000001-0000-4000-8000-000000000001");

    public Guid? ParentId { get; set; }

    public string ParentName { get; set; } = "";

    public long Size { get; set; } = 8 * MiB;

    public int BlockSize { get; set; } = 2 * MiB;

    public int? Entries { get; set; }

    public int TableOffset { get; set; } = 1536;

    public string Creator { get; set; } = "xo  ";

    public uint CreatorVersion { get; set; }

    public byte Hidden { get; set; }

    /// <summary>Block data starts at a multiple of this, as tapdisk places it; 0 = directly behind the last.</summary>
    public int DataAlignment { get; set; }

    /// <summary>Bytes between the table and the first block, such as a batmap takes.</summary>
    public int GapAfterTable { get; set; }

    public int GapBeforeFooter { get; set; }

    public byte TablePadding { get; set; } = 0xFF;

    public int EndFooterBytes { get; set; } = 512;

    /// <summary>Bytes that are missing at the end of the last block.</summary>
    public int CutFromLastBlock { get; set; }

    public Action<byte[]>? ChangeTable { get; set; }

    public Action<byte[]>? ChangeHeader { get; set; }

    public Action<byte[]>? ChangeFooter { get; set; }

    public static byte[] Filled(byte value, int bytes = 2 * MiB)
    {
        var data = new byte[bytes];
        data.AsSpan().Fill(value);
        return data;
    }

    /// <summary>Adds a block; they lie in the file in the order in which they are added.</summary>
    public VhdBytes Block(int index, byte value) => Block(index, Filled(value, BlockSize));

    public VhdBytes Block(int index, byte[] data, Func<int, bool>? hasSector = null)
    {
        var bitmap = new byte[Math.Max(512, BlockSize / 4096)];
        if (hasSector is null)
        {
            bitmap.AsSpan().Fill(0xFF);
        }

        for (var sector = 0; hasSector is not null && sector < BlockSize / 512; sector++)
        {
            bitmap[sector / 8] |= (byte)(hasSector(sector) ? 128 >> (sector % 8) : 0);
        }

        _blocks.Add((index, bitmap, data));
        return this;
    }

    public byte[] ToArray()
    {
        var entries = Entries ?? (int)((Size + BlockSize - 1) / BlockSize);
        var table = new byte[((entries * 4) + 511) / 512 * 512];
        table.AsSpan(0, entries * 4).Fill(0xFF);
        table.AsSpan(entries * 4).Fill(TablePadding);
        using var body = new MemoryStream();
        var bodyStart = TableOffset + table.Length;
        body.Write(new byte[GapAfterTable]);
        foreach (var (index, bitmap, data) in _blocks)
        {
            while (DataAlignment > 0 && (bodyStart + body.Length + bitmap.Length) % DataAlignment != 0)
            {
                body.WriteByte(0);
            }

            BinaryPrimitives.WriteUInt32BigEndian(table.AsSpan(index * 4), (uint)((bodyStart + body.Length) / 512));
            body.Write(bitmap);
            body.Write(data);
        }

        body.SetLength(body.Length - CutFromLastBlock + GapBeforeFooter);
        ChangeTable?.Invoke(table);
        var footer = Footer();
        var header = Header(entries);
        return [.. footer, .. header, .. new byte[TableOffset - 1536], .. table, .. body.ToArray(), .. footer[..EndFooterBytes]];
    }

    /// <summary>The files of a VHD directory with the same content, by their paths below it: <c>formats/vhd.md</c> §3.1 to §3.3.</summary>
    public Dictionary<string, byte[]> ToDirectory(string codec)
    {
        var entries = Entries ?? (int)((Size + BlockSize - 1) / BlockSize);
        var bat = new byte[entries];
        var files = new Dictionary<string, byte[]> { ["header"] = Encode(Header(entries), codec), ["footer"] = Encode(Footer(), codec) };
        foreach (var (index, bitmap, data) in _blocks)
        {
            bat[index / 8] |= (byte)(128 >> (index % 8));
            files.Add($"blocks/{index / 1000}/{index % 1000}", Encode([.. bitmap, .. data], codec));
        }

        files.Add("bat", Encode(bat, codec));
        if (codec != "none")
        {
            files.Add("chunk-filters.json", Encoding.ASCII.GetBytes($"[\"{codec}\"]"));
        }

        return files;
    }

    /// <summary>Writes a VHD directory and its alias.</summary>
    /// <param name="remote">Where to.</param>
    /// <param name="alias">The path of the alias.</param>
    /// <param name="codec"><c>none</c>, <c>gzip</c> or <c>brotli</c>.</param>
    /// <param name="dataName">The name of the directory below <c>data/</c>; by default the one that goes with the alias.</param>
    public async Task WriteDirectoryAsync(IRemote remote, string alias, string codec, string? dataName = null)
    {
        var token = TestContext.Current.CancellationToken;
        var folder = RemotePath.Parse(alias).Parent;
        dataName ??= RemotePath.Parse(alias).Name.Replace(".alias.vhd", ".vhd", StringComparison.Ordinal);
        foreach (var (path, content) in ToDirectory(codec))
        {
            await remote.WriteAllAsync(folder / $"data/{dataName}/{path}", content, default, token);
        }

        await remote.WriteAllAsync(RemotePath.Parse(alias), Encoding.ASCII.GetBytes($"data/{dataName}"), default, token);
    }

    public async Task<RemotePath> WriteToAsync(IRemote remote, string path)
    {
        await remote.WriteAllAsync(RemotePath.Parse(path), ToArray(), default, TestContext.Current.CancellationToken);
        return RemotePath.Parse(path);
    }

    public static void Seal(byte[] structure, int checksumOffset)
    {
        structure.AsSpan(checksumOffset, 4).Clear();
        BinaryPrimitives.WriteUInt32BigEndian(structure.AsSpan(checksumOffset), ~(uint)structure.Sum(b => b));
    }

    private static byte[] Encode(byte[] clear, string codec)
    {
        using var stored = new MemoryStream();
        using (Stream encoder = codec switch
        {
            "none" => new BufferedStream(stored),
            "gzip" => new GZipStream(stored, CompressionLevel.Fastest),
            "brotli" => new BrotliStream(stored, CompressionLevel.Fastest),
            _ => throw new ArgumentOutOfRangeException(nameof(codec), codec, null),
        })
        {
            encoder.Write(clear);
        }

        return stored.ToArray();
    }

    private byte[] Footer()
    {
        var raw = new byte[512];
        Encoding.ASCII.GetBytes("conectix").CopyTo(raw, 0);
        BinaryPrimitives.WriteUInt32BigEndian(raw.AsSpan(8), 2);
        BinaryPrimitives.WriteUInt32BigEndian(raw.AsSpan(12), 0x10000);
        BinaryPrimitives.WriteUInt64BigEndian(raw.AsSpan(16), 512);
        Encoding.Latin1.GetBytes(Creator).CopyTo(raw, 28);
        BinaryPrimitives.WriteUInt32BigEndian(raw.AsSpan(32), CreatorVersion);
        BinaryPrimitives.WriteInt64BigEndian(raw.AsSpan(40), Size);
        BinaryPrimitives.WriteInt64BigEndian(raw.AsSpan(48), Size);
        BinaryPrimitives.WriteUInt32BigEndian(raw.AsSpan(60), ParentId is null ? 3u : 4u);
        Id.ToByteArray(bigEndian: true).CopyTo(raw, 68);
        raw[85] = Hidden;
        ChangeFooter?.Invoke(raw);
        Seal(raw, 64);
        return raw;
    }

    private byte[] Header(int entries)
    {
        var raw = new byte[1024];
        Encoding.ASCII.GetBytes("cxsparse").CopyTo(raw, 0);
        raw.AsSpan(8, 8).Fill(0xFF);
        BinaryPrimitives.WriteInt64BigEndian(raw.AsSpan(16), TableOffset);
        BinaryPrimitives.WriteUInt32BigEndian(raw.AsSpan(24), 0x10000);
        BinaryPrimitives.WriteInt32BigEndian(raw.AsSpan(28), entries);
        BinaryPrimitives.WriteInt32BigEndian(raw.AsSpan(32), BlockSize);
        (ParentId ?? Guid.Empty).ToByteArray(bigEndian: true).CopyTo(raw, 40);
        Encoding.BigEndianUnicode.GetBytes(ParentName).CopyTo(raw, 64);
        ChangeHeader?.Invoke(raw);
        Seal(raw, 36);
        return raw;
    }
}
