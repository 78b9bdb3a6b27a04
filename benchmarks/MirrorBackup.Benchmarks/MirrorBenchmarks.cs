using BenchmarkDotNet.Attributes;
using MirrorBackup.Backups;
using MirrorBackup.Disks;
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

    private readonly string _folder = Directory.CreateTempSubdirectory("mirrorbackup-benchmark-").FullName;
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
        await using (var file = await SampleForm.File.OpenAsync(PathOf("file")))
        {
            await SampleRepository.WritePointAsync(file, 5, new DiskIdentity(SampleDisk.KeyId, null, null, Blocks * (long)SampleDisk.BlockBytes), 0, Blocks);
        }

        _file = Directory.GetFiles(PathOf("file"), "*.vhd", SearchOption.AllDirectories)[0];
        if (Pair.From != SampleForm.File)
        {
            await MirrorAsync(SampleForm.File, "file", Pair.From, "source");
        }
    }

    /// <summary>Removes the copies.</summary>
    [IterationSetup]
    public void RemoveCopies()
    {
        File.Delete(PathOf("copy"));
        if (Directory.Exists(PathOf("destination")))
        {
            Directory.Delete(PathOf("destination"), recursive: true);
        }
    }

    /// <summary>Removes everything.</summary>
    [GlobalCleanup]
    public void Cleanup() => Directory.Delete(_folder, recursive: true);

    /// <summary>What a user would write for files.</summary>
    [Benchmark(Baseline = true, Description = "File.Copy + flush")]
    public void FileCopyAndFlush() => DurableCopy.Run(_file, PathOf("copy"));

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
    public Task<MirrorReport> MirrorAsync() => MirrorAsync(Pair.From, Pair.From == SampleForm.File ? "file" : "source", Pair.To, "destination");

    private async Task<MirrorReport> MirrorAsync(SampleForm from, string source, SampleForm to, string destination)
    {
        await using var reading = await from.OpenAsync(PathOf(source));
        await using var writing = await to.OpenAsync(PathOf(destination));
        return await SampleRepository.MirrorAsync(reading, to.DestinationOn(writing), BackupMode.Incremental);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);
}
