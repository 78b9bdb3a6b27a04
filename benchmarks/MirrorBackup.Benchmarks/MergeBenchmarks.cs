using System.Globalization;
using BenchmarkDotNet.Attributes;
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
    private const string Vm = "00000000-0000-4000-8000-000000000003";
    private const string Disk = "00000000-0000-4000-8000-000000000004";

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
            await WritePointAsync(source, 5, new DiskIdentity(SampleDisk.KeyId, null, null, DiskSize), 0);
            await WritePointAsync(source, 6, new DiskIdentity(SampleDisk.DeltaId, SampleDisk.KeyId, "20260105T010000Z.vhd", DiskSize), Blocks / 2);
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
        var job = new MirrorJob { Source = source };
        job.Destinations.Add(new MirrorDestination(destination, RetentionPolicy.KeepLast(retention)));
        var report = await new MirrorRunner().RunAsync(job);
        return report.Outcome == MirrorOutcome.Succeeded ? report : throw new InvalidOperationException(MirrorReportJson.Write(report));
    }

    private static async Task WritePointAsync(LocalRemote remote, int day, DiskIdentity disk, int firstBlock)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"202601{day:D2}T010000Z");
        var timestamp = new DateTimeOffset(2026, 1, day, 1, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        await SampleDisk.WriteAsync(remote, $"xo-vm-backups/{Vm}/vdis/job/{Disk}/{name}.vhd", disk, [.. Enumerable.Range(firstBlock, Blocks)]);
        var metadata = $$$"""
            {"jobId":"job","scheduleId":"schedule","mode":"delta","version":"2.0.0","timestamp":{{{timestamp}}},"size":1,
             "isVhdDifferencing":{"disk":{{{(disk.IsDelta ? "true" : "false")}}}},"vbds":{},"vifs":{},"vhds":{"disk":"vdis/job/{{{Disk}}}/{{{name}}}.vhd"},
             "vdis":{"disk":{"uuid":"{{{disk.Id}}}","name_label":"disk","virtual_size":{{{DiskSize}}},"$snapshot_of$uuid":"{{{Disk}}}"}},
             "vm":{"uuid":"{{{Vm}}}","name_label":"vm","tags":[]},"vmSnapshot":{"uuid":"{{{Vm}}}","name_label":"vm"}}
            """;
        await remote.WriteAllAsync(RemotePath.Parse($"xo-vm-backups/{Vm}/{name}.json"), System.Text.Encoding.UTF8.GetBytes(metadata));
    }
}
