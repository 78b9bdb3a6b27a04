using MirrorBackup.Backups;
using MirrorBackup.Codecs;
using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Fuzzing.Mutations;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>A compressed block, decoded into a buffer of the length that it must have: damaged ones, and bombs. The name of an input is the codec.</summary>
internal sealed class BlockCodecTarget : FuzzTarget
{
    private const int ClearLength = 8192;

    private static readonly byte[] s_clear = [.. Enumerable.Range(0, ClearLength).Select(static index => (byte)(index * index / 7))];
    private static readonly Dictionary<string, byte[][]> s_corpus = new()
    {
        ["gzip"] = [Compressed.Gzip(s_clear), Compressed.Gzip(s_clear.AsSpan(0, 100)), [.. Compressed.Gzip(s_clear.AsSpan(0, 4000)), .. Compressed.Gzip(s_clear.AsSpan(4000))]],
        ["brotli"] = [Compressed.Brotli(s_clear), Compressed.Brotli(s_clear.AsSpan(0, 100)), Compressed.Brotli(new byte[ClearLength])],
    };

    public override string Name => "block-codec";

    public override int Iterations => 10_000;

    public override byte[] CreateInput(Random random)
    {
        var codec = random.Next(2) == 0 ? "gzip" : "brotli";
        var corpus = s_corpus[codec];
        return new NamedBytes(
            codec,
            random.Next(50) == 0 ? codec == "gzip" ? Compressed.GzipBomb : Compressed.BrotliBomb
            : ByteMutation.Apply(random, corpus[random.Next(corpus.Length)], corpus[random.Next(corpus.Length)])).ToInput();
    }

    public override Task RunAsync(byte[] input, CancellationToken cancellationToken)
    {
        var (name, stored) = NamedBytes.FromInput(input);
        var codec = name == "gzip" ? BlockCodec.Gzip : BlockCodec.Brotli;
        var clear = new byte[ClearLength + 16];
        clear.AsSpan(ClearLength).Fill(0xA5);
        try
        {
            var length = BlockCompression.Decompress(codec, stored, clear.AsSpan(0, ClearLength));
            FuzzAssertionException.ThrowUnless(length is >= 0 and <= ClearLength, $"{length} bytes of content in a buffer of {ClearLength}");
        }
        catch (InvalidDataException damaged)
        {
            // What its only callers turn into an error that names the file.
            FuzzAssertionException.ThrowUnless(damaged.Message.Length is > 0 and < 200, damaged.Message);
        }

        FuzzAssertionException.ThrowUnless(!clear.AsSpan(ClearLength).ContainsAnyExcept((byte)0xA5), "it wrote behind its buffer");
        return Task.CompletedTask;
    }
}
