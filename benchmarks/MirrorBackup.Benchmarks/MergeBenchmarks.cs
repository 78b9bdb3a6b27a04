using BenchmarkDotNet.Attributes;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Benchmarks;

/// <summary>
/// How long does it take to fold a delta of 64 MiB into its key of 64 MiB, one half in place and the other appended, resumable at every moment and
/// durable at the end?
/// </summary>
[Handles(Blocks * (long)SampleDisk.BlockBytes)]
[InProcessJob(isLong: true)]
[MemoryDiagnoser]
public class MergeBenchmarks
{
    private const int Blocks = 32;
    private const long DiskSize = 4L * Blocks * SampleDisk.BlockBytes;

    private readonly string _folder = Directory.CreateTempSubdirectory("mirrorbackup-benchmark-").FullName;
    private LocalRemote _remote = null!;

    /// <summary>Writes the two files once.</summary>
    [GlobalSetup]
    public async Task SetupAsync()
    {
        _remote = LocalRemote.Open(_folder);
        await SampleDisk.WriteAsync(_remote, "made/a.vhd", new DiskIdentity(SampleDisk.KeyId, null, null, DiskSize), [.. Enumerable.Range(0, Blocks)]);
        var delta = new DiskIdentity(SampleDisk.DeltaId, SampleDisk.KeyId, "a.vhd", DiskSize);
        await SampleDisk.WriteAsync(_remote, "made/b.vhd", delta, [.. Enumerable.Range(Blocks / 2, Blocks)]);
    }

    /// <summary>A merge uses its files up.</summary>
    [IterationSetup]
    public void CopyFiles()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "disk"));
        foreach (var name in new[] { "a.vhd", "b.vhd" })
        {
            File.Copy(Path.Combine(_folder, "made", name), Path.Combine(_folder, "disk", name), overwrite: true);
            using var file = File.OpenHandle(Path.Combine(_folder, "disk", name), FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(file);
        }
    }

    /// <summary>Removes everything.</summary>
    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _remote.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The library.</summary>
    [Benchmark(Description = "merge one delta")]
    public async Task<long> MergeAsync() => (await VhdMerge.RunAsync(_remote, RemotePath.Parse("disk"), ["a.vhd", "b.vhd"])).MergedBytes;
}
