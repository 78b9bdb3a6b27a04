using BenchmarkDotNet.Attributes;
using MirrorBackup.Backups;
using MirrorBackup.Mirroring;

namespace MirrorBackup.Benchmarks;

/// <summary>
/// How long does a whole run take that mirrors one disk with 128 MiB of content from one form to another: locks, listing, plan, transfer, flush and
/// metadata? Beside it a plain copy of the VHD file, made durable, and what codecs and ciphers alone take on one thread.
/// </summary>
[Handles(Blocks * (long)SampleDisk.BlockBytes)]
[InProcessJob(isLong: true)]
[MemoryDiagnoser]
public class MirrorBenchmarks
{
    private const int Blocks = 64;

    private readonly PairFolder _folder = new(BackupMode.Incremental);
    private BlockWork _work = null!;
    private string _file = "";

    /// <summary>From where to where.</summary>
    [ParamsSource(nameof(Pairs))]
    public MirrorPair Pair { get; set; } = null!;

    /// <summary>One pair for each way that a block can take, and each codec and cipher.</summary>
    public static IEnumerable<MirrorPair> Pairs =>
    [
        new(SampleForm.File, SampleForm.File),
        new(SampleForm.File, SampleForm.None),
        new(SampleForm.File, SampleForm.Gzip),
        new(SampleForm.File, SampleForm.Brotli),
        new(SampleForm.None, SampleForm.File),
        new(SampleForm.Gzip, SampleForm.File),
        new(SampleForm.Brotli, SampleForm.File),
        new(SampleForm.Gzip, SampleForm.Brotli),
        new(SampleForm.Brotli, SampleForm.Brotli),
        new(SampleForm.Brotli, SampleForm.ChaCha20),
        new(SampleForm.Brotli, SampleForm.AesGcm),
        new(SampleForm.ChaCha20, SampleForm.Brotli),
        new(SampleForm.ChaCha20, SampleForm.AesGcm),
        new(SampleForm.ChaCha20, SampleForm.ChaCha20),
    ];

    /// <summary>Writes the source.</summary>
    [GlobalSetup]
    public async Task SetupAsync()
    {
        _work = new BlockWork(Pair);
        await _folder.WriteDiskAsync(Blocks);
        _file = Directory.GetFiles(_folder.ClearPath, "*.vhd", SearchOption.AllDirectories)[0];
        await _folder.PrepareAsync(Pair.From);
    }

    /// <summary>Removes the copies.</summary>
    [IterationSetup]
    public void RemoveCopies() => _folder.RemoveCopies();

    /// <summary>Removes everything.</summary>
    [GlobalCleanup]
    public void Cleanup() => _folder.Remove();

    /// <summary>What a user would write for files.</summary>
    [Benchmark(Baseline = true, Description = "File.Copy + flush")]
    public void FileCopyAndFlush() => _folder.CopyDurably(_file);

    /// <summary>The framework's codecs and ciphers.</summary>
    [Benchmark(Description = "codec + cipher alone")]
    public long Work()
    {
        var length = 0L;
        for (var block = 0; block < Blocks; block++)
        {
            length += _work.Run();
        }

        return length;
    }

    /// <summary>The library.</summary>
    [Benchmark(Description = "mirror")]
    public Task<MirrorReport> MirrorAsync() => _folder.MirrorAsync(Pair);
}
