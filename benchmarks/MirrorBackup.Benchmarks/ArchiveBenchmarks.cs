using BenchmarkDotNet.Attributes;
using MirrorBackup.Backups;
using MirrorBackup.Mirroring;

namespace MirrorBackup.Benchmarks;

/// <summary>
/// How long does a whole run take that mirrors one archive of 128 MiB from one remote to another, checked, durable and with its checksum file where the
/// destination is clear? Beside it a plain copy of the clear archive, made durable.
/// </summary>
[Handles(Mebibytes << 20)]
[InProcessJob(isLong: true)]
[MemoryDiagnoser]
public class ArchiveBenchmarks
{
    private const long Mebibytes = 128;

    private readonly PairFolder _folder = new(BackupMode.Full);
    private string _archive = "";

    /// <summary>From where to where; of a form only the cipher matters.</summary>
    [ParamsSource(nameof(Pairs))]
    public MirrorPair Pair { get; set; } = null!;

    /// <summary>Clear, encrypt, decrypt, encrypt anew, equal ciphers.</summary>
    public static IEnumerable<MirrorPair> Pairs =>
    [
        new(SampleForm.File, SampleForm.File),
        new(SampleForm.File, SampleForm.ChaCha20),
        new(SampleForm.File, SampleForm.AesGcm),
        new(SampleForm.ChaCha20, SampleForm.File),
        new(SampleForm.ChaCha20, SampleForm.AesGcm),
        new(SampleForm.ChaCha20, SampleForm.ChaCha20),
    ];

    /// <summary>Writes the source.</summary>
    [GlobalSetup]
    public async Task SetupAsync()
    {
        await using (var clear = await SampleForm.File.OpenAsync(_folder.ClearPath))
        {
            var path = await SampleRepository.WriteArchiveAsync(clear, 5, (int)Mebibytes);
            _archive = Path.Combine(_folder.ClearPath, path.Value);
        }

        await _folder.PrepareAsync(Pair.From);
    }

    /// <summary>Removes the copies.</summary>
    [IterationSetup]
    public void RemoveCopies() => _folder.RemoveCopies();

    /// <summary>Removes everything.</summary>
    [GlobalCleanup]
    public void Cleanup() => _folder.Remove();

    /// <summary>What a user would write for clear archives, without any check.</summary>
    [Benchmark(Baseline = true, Description = "File.Copy + flush")]
    public void FileCopyAndFlush() => _folder.CopyDurably(_archive);

    /// <summary>The library.</summary>
    [Benchmark(Description = "mirror")]
    public Task<MirrorReport> MirrorAsync() => _folder.MirrorAsync(Pair);
}
