using BenchmarkDotNet.Attributes;
using MirrorBackup.Backups;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;

namespace MirrorBackup.Benchmarks;

/// <summary>
/// How long does reading all 64 blocks of a disk take, from each form, by one reader and by two at once? Beside it what codecs and ciphers alone take on one
/// thread. The source is in the page cache.
/// </summary>
[Handles(Blocks * (long)SampleDisk.BlockBytes)]
[InProcessJob(isLong: true)]
[MemoryDiagnoser]
public class ReadBenchmarks
{
    private const int Blocks = 64;

    private readonly string _folder = Directory.CreateTempSubdirectory("mirrorbackup-benchmark-").FullName;
    private readonly byte[][] _bitmaps = [new byte[SampleDisk.BitmapBytes], new byte[SampleDisk.BitmapBytes]];
    private readonly byte[][] _blocks = [new byte[SampleDisk.BlockBytes], new byte[SampleDisk.BlockBytes]];
    private BlockWork _work = null!;
    private IRemote _remote = null!;
    private IVhdDisk _disk = null!;

    /// <summary>What is read.</summary>
    [ParamsSource(nameof(Forms))]
    public SampleForm Form { get; set; } = null!;

    /// <summary>All forms.</summary>
    public static IEnumerable<SampleForm> Forms =>
        [SampleForm.File, SampleForm.None, SampleForm.Gzip, SampleForm.Brotli, SampleForm.ChaCha20, SampleForm.AesGcm];

    /// <summary>Writes and opens the disk.</summary>
    [GlobalSetup]
    public async Task SetupAsync()
    {
        // To a form without codec and cipher, so that only decoding is left.
        _work = new BlockWork(new MirrorPair(Form, SampleForm.None));
        await using (var file = await SampleForm.File.OpenAsync(Path.Combine(_folder, "file")))
        {
            await SampleRepository.WritePointAsync(file, 5, new DiskIdentity(SampleDisk.KeyId, null, null, Blocks * (long)SampleDisk.BlockBytes), [.. Enumerable.Range(0, Blocks)]);
            _remote = await Form.OpenAsync(Path.Combine(_folder, "disk"));
            await SampleRepository.MirrorAsync(file, Form.DestinationOn(_remote), BackupMode.Incremental);
        }

        var stored = Directory.GetFiles(Path.Combine(_folder, "disk"), "2026*.vhd", SearchOption.AllDirectories)[0];
        _disk = await VhdDisk.OpenAsync(_remote, RemotePath.Parse(Path.GetRelativePath(Path.Combine(_folder, "disk"), stored)));
    }

    /// <summary>Removes everything.</summary>
    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _disk.DisposeAsync();
        await _remote.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The framework's codecs and ciphers, and one copy in memory.</summary>
    [Benchmark(Baseline = true, Description = "codec + cipher alone")]
    public long Work()
    {
        var length = 0L;
        for (var block = 0; block < Blocks; block++)
        {
            length += _work.Run();
        }

        return length;
    }

    /// <summary>The library, one block after the other.</summary>
    [Benchmark(Description = "read")]
    public Task ReadAsync() => ReadAsync(0, 1);

    /// <summary>The library, even and odd blocks at once.</summary>
    [Benchmark(Description = "read, 2 at once")]
    public Task ReadTwoAtOnceAsync() => Task.WhenAll(Task.Run(() => ReadAsync(0, 2)), Task.Run(() => ReadAsync(1, 2)));

    private async Task ReadAsync(int first, int step)
    {
        for (var block = first; block < Blocks; block += step)
        {
            await _disk.ReadBlockAsync(block, _bitmaps[first], _blocks[first]);
        }
    }
}
