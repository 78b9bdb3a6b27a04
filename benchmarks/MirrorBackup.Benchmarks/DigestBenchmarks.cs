using System.IO.Hashing;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using MirrorBackup.Transfer;

namespace MirrorBackup.Benchmarks;

/// <summary>
/// What does the digest of a revision add to a durable copy of 256 MiB, file to file? Beside it the two hashes alone, block by block over the same bytes, in
/// memory and on one thread.
/// </summary>
[Handles(Blocks * (long)SampleDisk.BlockBytes)]
[InProcessJob(isLong: true)]
[MemoryDiagnoser]
public class DigestBenchmarks
{
    private const int Blocks = 128;

    private readonly byte[] _hash = new byte[SHA256.HashSizeInBytes];
    private SampleCopy _copy = null!;
    private byte[] _content = [];

    /// <summary>Writes the source.</summary>
    [GlobalSetup]
    public async Task SetupAsync()
    {
        _copy = await SampleCopy.CreateAsync(Blocks);
        _content = await File.ReadAllBytesAsync(_copy.SourcePath);
    }

    /// <summary>Removes the copies.</summary>
    [IterationSetup]
    public void RemoveCopies() => _copy.RemoveCopies();

    /// <summary>Removes everything.</summary>
    [GlobalCleanup]
    public async Task CleanupAsync() => await _copy.DisposeAsync();

    /// <summary>Nothing is hashed.</summary>
    [Benchmark(Baseline = true, Description = "copy without digest")]
    public Task<CopyResult> NoneAsync() => CopyAsync(null);

    /// <summary>The default.</summary>
    [Benchmark(Description = "copy, XxHash128")]
    public Task<CopyResult> XxHash128Async() => CopyAsync(DigestAlgorithm.XxHash128);

    /// <summary>By option.</summary>
    [Benchmark(Description = "copy, SHA-256")]
    public Task<CopyResult> Sha256Async() => CopyAsync(DigestAlgorithm.Sha256);

    /// <summary>The framework's.</summary>
    [Benchmark(Description = "XxHash128 alone")]
    public UInt128 XxHash128Alone()
    {
        var all = UInt128.Zero;
        for (var block = 0; block < Blocks; block++)
        {
            all ^= XxHash128.HashToUInt128(Block(block));
        }

        return all;
    }

    /// <summary>The framework's.</summary>
    [Benchmark(Description = "SHA-256 alone")]
    public int Sha256Alone()
    {
        var all = 0;
        for (var block = 0; block < Blocks; block++)
        {
            all += SHA256.HashData(Block(block), _hash);
        }

        return all;
    }

    private ReadOnlySpan<byte> Block(int number) => _content.AsSpan(number * SampleDisk.BlockBytes, SampleDisk.BlockBytes);

    private Task<CopyResult> CopyAsync(DigestAlgorithm? digest) => _copy.RunAsync(1, new CopyOptions { Digest = digest });
}
