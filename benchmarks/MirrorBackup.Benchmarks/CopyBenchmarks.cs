using BenchmarkDotNet.Attributes;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Transfer;
using MirrorBackup.Vhd;

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
    private const string Key = "key.vhd";

    private readonly string _folder = Directory.CreateTempSubdirectory("mirrorbackup-benchmark-").FullName;
    private LocalRemote _source = null!;
    private LocalRemote[] _destinations = [];
    private byte[] _buffer = [];

    /// <summary>Writes the source.</summary>
    [GlobalSetup]
    public async Task SetupAsync()
    {
        _buffer = new byte[SampleDisk.BlockBytes];
        _source = Open("source");
        _destinations = [Open("first"), Open("second")];
        var disk = new DiskIdentity(SampleDisk.KeyId, null, null, Blocks * (long)SampleDisk.BlockBytes);
        await SampleDisk.WriteAsync(_source, Key, disk, [.. Enumerable.Range(0, Blocks)]);
    }

    /// <summary>Removes the copies, so that none is written over another.</summary>
    [IterationSetup]
    public void RemoveCopies()
    {
        File.Delete(PathOf("first"));
        File.Delete(PathOf("second"));
    }

    /// <summary>Removes everything.</summary>
    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        foreach (var remote in _destinations.Append(_source))
        {
            await remote.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The least that any copy does.</summary>
    [Benchmark(Baseline = true, Description = "plain read loop")]
    public long ReadLoop()
    {
        using var file = File.OpenHandle(PathOf("source"));
        var position = 0L;
        for (int count; (count = RandomAccess.Read(file, _buffer, position)) > 0;)
        {
            position += count;
        }

        return position > Blocks * (long)SampleDisk.BlockBytes ? position : throw new InvalidOperationException($"Only {position} bytes were read.");
    }

    /// <summary>What a user would write: no check of what was read, no digest.</summary>
    [Benchmark(Description = "File.Copy + flush")]
    public void FileCopyAndFlush() => DurableCopy.Run(PathOf("source"), PathOf("first"));

    /// <summary>The library.</summary>
    [Benchmark(Description = "DiskCopy, 1 destination")]
    public Task<RevisionDigest> OneDestinationAsync() => CopyAsync(1);

    /// <summary>The library; the source is read once.</summary>
    [Benchmark(Description = "DiskCopy, 2 destinations")]
    public Task<RevisionDigest> TwoDestinationsAsync() => CopyAsync(2);

    private LocalRemote Open(string name) => LocalRemote.Open(Directory.CreateDirectory(Path.Combine(_folder, name)).FullName);

    private string PathOf(string name) => Path.Combine(_folder, name, Key);

    private async Task<RevisionDigest> CopyAsync(int destinations)
    {
        await using var disk = await VhdFile.OpenAsync(_source, RemotePath.Parse(Key));
        var result = await DiskCopy.RunAsync(disk, [.. _destinations.Take(destinations).Select(remote => TargetOf(remote, disk))]);
        return result.Succeeded ? result.Digest!.Value : throw new InvalidOperationException("The copy failed.", result.SourceError ?? result.Outcomes[0].Error);
    }

    private static CopyTarget<IDiskWriter> TargetOf(LocalRemote remote, VhdFile disk) => new(remote.Name, async stop => await VhdFileWriter.CreateAsync(
        remote,
        RemotePath.Parse(Key),
        new DiskIdentity(disk.Id, null, null, disk.VirtualSize),
        disk.AllocatedBlocks,
        new VhdWriteOptions { Timestamp = disk.Footer.CreatedAt, Grade = WriteGrade.Publish },
        stop));
}
