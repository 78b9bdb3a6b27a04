using System.IO.Pipelines;
using MirrorBackup.Fuzzing.Engine;
using MirrorBackup.Fuzzing.Mutations;
using MirrorBackup.Vhd;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>A VHD as it arrives: the first byte of an input says how large its segments are and whether its length was announced.</summary>
internal sealed class VhdStreamTarget : FuzzTarget
{
    public override string Name => "vhd-stream";

    public override int Iterations => 3000;

    public override IReadOnlyList<string> Names => ["export"];

    public override long MaximumAllocation(int inputLength) => DiskReading.Buffers + (16L * inputLength);

    public override byte[] CreateInput(Random random)
    {
        var corpus = VhdFiles.Corpus;
        return [(byte)random.Next(256), .. VhdMutation.File(random, corpus[random.Next(corpus.Count)], corpus[random.Next(corpus.Count)])];
    }

    public override async Task RunAsync(byte[] input, CancellationToken cancellationToken)
    {
        var content = new MemoryStream(input, 1, input.Length - 1);
        var pipe = PipeReader.Create(content, new StreamPipeReaderOptions(bufferSize: 64 << (input[0] % 8), minimumReadSize: 1));
        var reader = await VhdStreamReader.OpenAsync(pipe, "export", input[0] < 128 ? content.Length : null, cancellationToken);
        var (bitmap, data) = (new byte[Math.Max(1, reader.BlockSize / 4096)], new byte[reader.BlockSize]);
        var count = 0;
        while (await reader.ReadBlockAsync(bitmap, data, cancellationToken) is { } block)
        {
            FuzzAssertionException.ThrowUnless(block == reader.Blocks[count], $"block {block} came as number {count}");
            count++;
        }

        FuzzAssertionException.ThrowUnless(count == reader.Blocks.Count && reader.BytesRead == content.Length, $"{count} blocks, {reader.BytesRead} bytes");
        await pipe.CompleteAsync();
    }
}
