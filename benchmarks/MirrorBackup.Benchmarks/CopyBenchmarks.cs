using BenchmarkDotNet.Attributes;
using MirrorBackup.Transfer;

namespace MirrorBackup.Benchmarks;

/// <summary>
/// How long does a VHD file with 256 MiB of content take to one and to two destinations, durable, with a digest of what was read? Beside it what the
/// framework needs for a plain copy that is made durable. The source is in the page cache.
/// </summary>
[Handles(Blocks * (long)SampleDisk.BlockBytes)]
[InProcessJob(isLong: true)]
[MemoryDiagnoser]
public class CopyBenchmarks
{
    private const int Blocks = 128;

    private SampleCopy _copy = null!;
    private byte[] _buffer = [];

    /// <summary>Writes the source.</summary>
    [GlobalSetup]
    public async Task SetupAsync()
    {
        _buffer = new byte[SampleDisk.BlockBytes];
        _copy = await SampleCopy.CreateAsync(Blocks);
    }

    /// <summary>Removes the copies.</summary>
    [IterationSetup]
    public void RemoveCopies() => _copy.RemoveCopies();

    /// <summary>Removes everything.</summary>
    [GlobalCleanup]
    public async Task CleanupAsync() => await _copy.DisposeAsync();

    /// <summary>The least that any copy does.</summary>
    [Benchmark(Baseline = true, Description = "plain read loop")]
    public long ReadLoop()
    {
        using var file = File.OpenHandle(_copy.SourcePath);
        var position = 0L;
        for (int count; (count = RandomAccess.Read(file, _buffer, position)) > 0;)
        {
            position += count;
        }

        return position > Blocks * (long)SampleDisk.BlockBytes ? position : throw new InvalidOperationException($"Only {position} bytes were read.");
    }

    /// <summary>What a user would write: no check of what was read, no digest.</summary>
    [Benchmark(Description = "File.Copy + flush")]
    public void FileCopyAndFlush() => DurableCopy.Run(_copy.SourcePath, _copy.CopyPath);

    /// <summary>The library.</summary>
    [Benchmark(Description = "DiskCopy, 1 destination")]
    public Task<CopyResult> OneDestinationAsync() => _copy.RunAsync(1);

    /// <summary>The library; the source is read once.</summary>
    [Benchmark(Description = "DiskCopy, 2 destinations")]
    public Task<CopyResult> TwoDestinationsAsync() => _copy.RunAsync(2);
}
