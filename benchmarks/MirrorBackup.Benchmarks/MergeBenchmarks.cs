using BenchmarkDotNet.Attributes;
using MirrorBackup.Backups;
using MirrorBackup.Disks;
using MirrorBackup.Mirroring;
using MirrorBackup.Remotes;
using MirrorBackup.Retention;

namespace MirrorBackup.Benchmarks;

/// <summary>
/// How long does a run take that has only to retire one restore point, by folding a delta of 64 MiB into its key of 64 MiB, one half in place and the other
/// appended? Locking, listing, planning and the metadata are part of it; it can be resumed at every moment, and is durable at the end.
/// </summary>
[Handles(Blocks * (long)SampleDisk.BlockBytes)]
[InProcessJob(isLong: true)]
[MemoryDiagnoser]
public class MergeBenchmarks
{
    private const int Blocks = 32;
    private const long DiskSize = 4L * Blocks * SampleDisk.BlockBytes;

    private readonly string _folder = Directory.CreateTempSubdirectory("mirrorbackup-benchmark-").FullName;

    /// <summary>Writes a source with a key and a delta, and mirrors it once.</summary>
    [GlobalSetup]
    public async Task SetupAsync()
    {
        foreach (var name in new[] { "source", "mirrored" })
        {
            Directory.CreateDirectory(Path.Combine(_folder, name));
        }

        await using (var source = LocalRemote.Open(Path.Combine(_folder, "source")))
        {
            await SampleRepository.WritePointAsync(source, 5, new DiskIdentity(SampleDisk.KeyId, null, null, DiskSize), 0, Blocks);
            var delta = new DiskIdentity(SampleDisk.DeltaId, SampleDisk.KeyId, "20260105T010000Z.vhd", DiskSize);
            await SampleRepository.WritePointAsync(source, 6, delta, Blocks / 2, Blocks);
        }

        await MirrorAsync("mirrored", retention: 2);
    }

    /// <summary>A merge uses its files up.</summary>
    [IterationSetup]
    public void CopyDestination()
    {
        var (from, to) = (Path.Combine(_folder, "mirrored"), Path.Combine(_folder, "destination"));
        if (Directory.Exists(to))
        {
            Directory.Delete(to, recursive: true);
        }

        foreach (var path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(path, copy);
            using var file = File.OpenHandle(copy, FileMode.Open, FileAccess.ReadWrite);
            RandomAccess.FlushToDisk(file);
        }
    }

    /// <summary>Removes everything.</summary>
    [GlobalCleanup]
    public void Cleanup() => Directory.Delete(_folder, recursive: true);

    /// <summary>The library.</summary>
    [Benchmark(Description = "run that merges one delta")]
    public async Task<MirrorReport> MergeAsync()
    {
        var report = await MirrorAsync("destination", retention: 1);
        return report.Vms[0].Destinations[0].Steps.Any(static step => step.Kind == "merge") ? report : throw new InvalidOperationException("Nothing was merged.");
    }

    private async Task<MirrorReport> MirrorAsync(string to, int retention)
    {
        await using var source = LocalRemote.Open(Path.Combine(_folder, "source"));
        await using var destination = LocalRemote.Open(Path.Combine(_folder, to));
        return await SampleRepository.MirrorAsync(source, new MirrorDestination(destination, RetentionPolicy.KeepLast(retention)), BackupMode.Incremental);
    }
}
