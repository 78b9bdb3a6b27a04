using System.IO.Pipelines;
using BenchmarkDotNet.Attributes;
using MirrorBackup.Disks;
using MirrorBackup.Vhd;

namespace MirrorBackup.Benchmarks;

/// <summary>What does a VHD stream of 128 MiB take to write into a pipe, and to read from one, when both ends are memory? Beside it a copy of the same bytes.</summary>
[Handles(Blocks * (long)SampleDisk.BlockBytes)]
[InProcessJob(isLong: true)]
[MemoryDiagnoser]
public class StreamBenchmarks
{
    private const int Blocks = 64;
    private const int PieceBytes = 1 << 20;

    private readonly VhdStreamDescription _description = VhdStreamDescription.Create(
        new DiskIdentity(SampleDisk.KeyId, null, null, Blocks * (long)SampleDisk.BlockBytes),
        [.. Enumerable.Range(0, Blocks)],
        new VhdWriteOptions { Timestamp = DateTimeOffset.UnixEpoch.AddYears(56) });

    private readonly byte[] _block = new byte[SampleDisk.BlockBytes];
    private readonly byte[] _bitmap = new byte[SampleDisk.BitmapBytes];
    private byte[] _stream = [];

    /// <summary>Writes the stream that is read.</summary>
    [GlobalSetup]
    public async Task SetupAsync()
    {
        SampleContent.Fill(new Random(Blocks), _block);
        _stream = new byte[_description.Length];
        await WriteAsync();
    }

    /// <summary>The least that moves the content.</summary>
    [Benchmark(Baseline = true, Description = "copy in memory")]
    public void Copy()
    {
        for (var block = 0; block < Blocks; block++)
        {
            _block.CopyTo(_stream, (long)block * _block.Length);
        }
    }

    /// <summary>The library.</summary>
    [Benchmark(Description = "VHD stream write")]
    public async Task<long> WriteAsync()
    {
        var output = PipeWriter.Create(new MemoryStream(_stream), new StreamPipeWriterOptions(minimumBufferSize: PieceBytes));
        var writer = new VhdStreamWriter(output, _description);
        for (var block = 0; block < Blocks; block++)
        {
            await writer.WriteBlockAsync(block, _block);
        }

        await writer.CompleteAsync();
        await output.CompleteAsync();
        return writer.BytesWritten;
    }

    /// <summary>The library.</summary>
    [Benchmark(Description = "VHD stream read")]
    public async Task<int> ReadAsync()
    {
        var input = PipeReader.Create(new MemoryStream(_stream), new StreamPipeReaderOptions(bufferSize: PieceBytes));
        var reader = await VhdStreamReader.OpenAsync(input, "memory", _description.Length);
        var blocks = 0;
        while (await reader.ReadBlockAsync(_bitmap, _block) is not null)
        {
            blocks++;
        }

        await input.CompleteAsync();
        return blocks == Blocks ? blocks : throw new InvalidOperationException($"{blocks} blocks were read.");
    }
}
