using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Fuzzing.Mutations;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>A VHD directory with one damaged part. The name of an input is its codec and the part.</summary>
internal sealed class VhdDirectoryTarget : FuzzTarget
{
    private const string Alias = "disk/d.alias.vhd";
    private const string Data = "disk/data/d.vhd";

    private static readonly VhdSample s_sample = new() { BlockSize = 2 << 20, BlockCount = 12, Blocks = [0, 3, 11] };
    private static readonly string[] s_codecs = ["none", "gzip", "brotli"];
    private static readonly Dictionary<string, Dictionary<string, byte[]>> s_directories = s_codecs.ToDictionary(static codec => codec, Create);
    private static readonly Dictionary<string, byte[]> s_clear = Create("none");

    public override string Name => "vhd-directory";

    public override int Iterations => 300;

    public override IReadOnlyList<string> Names => ["disk/d"];

    // What a table may have at most is held at once while it is decoded.
    public override long MaximumAllocation(int inputLength) => (2 * DiskReading.Buffers) + (48L << 20) + (32L * inputLength);

    public override byte[] CreateInput(Random random)
    {
        var codec = s_codecs[random.Next(s_codecs.Length)];
        var parts = s_directories[codec].Keys.Where(part => random.Next(3) == 0 || !part.Contains("/blocks/", StringComparison.Ordinal)).ToArray();
        var part = parts[random.Next(parts.Length)];
        var compression = FileMutation.CodecOf(part, codec);
        var content = random.Next(16) switch
        {
            0 => compression == "brotli" ? Compressed.BrotliBomb : Compressed.GzipBomb,
            1 or 2 => ByteMutation.Apply(random, s_directories[codec][part], s_clear[Data + "/footer"]),
            3 => Compressed.As(s_codecs[random.Next(s_codecs.Length)], Clear(codec, part)), // of another compression
            4 => Compressed.As(compression, Many(random)), // a table of a disk that is far larger
            _ => Compressed.As(compression, FileMutation.Apply(random, part, Clear(codec, part))),
        };
        return new NamedBytes($"{codec} {part}", content).ToInput();
    }

    public override async Task RunAsync(byte[] input, CancellationToken cancellationToken)
    {
        var (name, content) = NamedBytes.FromInput(input);
        var (codec, part) = (name[..name.IndexOf(' ', StringComparison.Ordinal)], name[(name.IndexOf(' ', StringComparison.Ordinal) + 1)..]);
        await using var remote = await RemoteFiles.CreateAsync(s_directories[codec], cancellationToken);
        await remote.WriteAllAsync(RemotePath.Parse(part), content, default, cancellationToken);
        await using var disk = await VhdDisk.OpenAsync(remote, RemotePath.Parse(Alias), null, cancellationToken);
        await DiskReading.ReadAsync(disk, cancellationToken);
    }

    private static byte[] Clear(string codec, string part) => s_clear.TryGetValue(part, out var clear) ? clear : s_directories[codec][part];

    private static byte[] Many(Random random)
    {
        var table = new byte[1 << random.Next(2, 25)];
        table.AsSpan().Fill(random.Next(2) == 0 ? (byte)0xFF : (byte)0x80);
        return table;
    }

    private static Dictionary<string, byte[]> Create(string codec)
    {
        var table = new byte[s_sample.BlockCount];
        foreach (var block in s_sample.Blocks)
        {
            table[block / 8] |= (byte)(0x80 >> (block % 8));
        }

        var files = new Dictionary<string, byte[]>
        {
            [Alias] = "data/d.vhd"u8.ToArray(),
            [Data + "/footer"] = Compressed.As(codec, s_sample.Footer()),
            [Data + "/header"] = Compressed.As(codec, s_sample.Header()),
            [Data + "/bat"] = Compressed.As(codec, table),
        };
        foreach (var block in s_sample.Blocks)
        {
            files.Add($"{Data}/blocks/0/{block}", Compressed.As(codec, s_sample.Block(block)));
        }

        if (codec != "none")
        {
            files.Add(Data + "/chunk-filters.json", System.Text.Encoding.ASCII.GetBytes($"[\"{codec}\"]"));
        }

        return files;
    }
}
