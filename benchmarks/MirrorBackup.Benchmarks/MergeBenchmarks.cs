using BenchmarkDotNet.Attributes;
using MirrorBackup.Backups;
using MirrorBackup.Mirroring;
using MirrorBackup.Remotes;
using MirrorBackup.Retention;

namespace MirrorBackup.Benchmarks;

/// <summary>
/// How long does a run take that has only to retire restore points, by folding deltas into their key? Locking, listing, planning and the metadata are part of
/// it; it can be resumed at every moment, and is durable at the end. The floor writes each block that survives once, where the merge does, in place or behind
/// the key, and flushes the file, or renames as many files.
/// </summary>
[InProcessJob(isLong: true)]
[MemoryDiagnoser]
public class MergeBenchmarks
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mirrorbackup-benchmark-").FullName;
    private readonly byte[] _block = new byte[SampleDisk.BlockBytes];

    /// <summary>How the destination stores disks.</summary>
    [ParamsSource(nameof(Forms))]
    public SampleForm Form { get; set; } = SampleForm.File;

    /// <summary>How many blocks the key and each delta have: 200 MiB into 400, or ten times 128 MiB into 128.</summary>
    [Params("200 100", "64 64 64 64 64 64 64 64 64 64 64")]
    public string Chain { get; set; } = "";

    /// <summary>VHD files, and VHD directories whose blocks move.</summary>
    public static IEnumerable<SampleForm> Forms => [SampleForm.File, SampleForm.None];

    private int[] Blocks => [.. Chain.Split(' ').Select(int.Parse)];

    // Each delta begins in the middle of the one before: half of the first one's blocks are the key's, all others come new.
    private int Replaced => Blocks[1] / 2;

    private int Survivors => Replaced + Blocks[1..].Sum(static blocks => blocks / 2);

    /// <summary>Writes a source, and mirrors it once.</summary>
    [GlobalSetup]
    public async Task SetupAsync()
    {
        await SampleRepository.WriteChainAsync(PathOf("source"), Blocks);
        await MirrorAsync("mirrored", retention: Blocks.Length);
        Random.Shared.NextBytes(_block);
    }

    /// <summary>A merge uses its files up.</summary>
    [IterationSetup(Target = nameof(MergeAsync))]
    public void CopyDestination()
    {
        Clear("destination");
        foreach (var path in Directory.EnumerateFiles(PathOf("mirrored"), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(PathOf("destination"), Path.GetRelativePath(PathOf("mirrored"), path));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            DurableCopy.Run(path, copy);
        }
    }

    /// <summary>What the floor writes into, or renames.</summary>
    [IterationSetup(Target = nameof(Floor))]
    public void PrepareFloor()
    {
        Clear("floor");
        Directory.CreateDirectory(PathOf("floor/moved"));
        if (Form == SampleForm.File)
        {
            WriteBlocks(0, Blocks[0]);
            return;
        }

        for (var i = 0; i < Survivors; i++)
        {
            File.WriteAllBytes(PathOf($"floor/{i}"), _block);
        }
    }

    /// <summary>Removes everything.</summary>
    [GlobalCleanup]
    public void Cleanup() => Directory.Delete(_folder, recursive: true);

    /// <summary>The same bytes, or the same names, and nothing else.</summary>
    [Benchmark(Baseline = true, Description = "floor")]
    public void Floor()
    {
        if (Form == SampleForm.File)
        {
            WriteBlocks(Blocks[0] - Replaced, Survivors);
            return;
        }

        for (var i = 0; i < Survivors; i++)
        {
            File.Move(PathOf($"floor/{i}"), PathOf($"floor/moved/{i}"));
        }
    }

    /// <summary>The library.</summary>
    [Benchmark(Description = "run that merges")]
    public async Task<MirrorReport> MergeAsync()
    {
        var report = await MirrorAsync("destination", retention: 1);
        return report.Vms[0].Destinations[0].Steps.Any(static step => step.Kind == "merge") ? report : throw new InvalidOperationException("Nothing was merged.");
    }

    private void WriteBlocks(int first, int count)
    {
        using var file = File.OpenHandle(PathOf("floor/disk"), FileMode.OpenOrCreate, FileAccess.ReadWrite);
        for (var block = first; block < first + count; block++)
        {
            RandomAccess.Write(file, _block, (long)block * _block.Length);
        }

        RandomAccess.FlushToDisk(file);
    }

    private void Clear(string name)
    {
        if (Directory.Exists(PathOf(name)))
        {
            Directory.Delete(PathOf(name), recursive: true);
        }
    }

    private async Task<MirrorReport> MirrorAsync(string to, int retention)
    {
        await using var source = LocalRemote.Open(PathOf("source"));
        await using var destination = LocalRemote.Open(Directory.CreateDirectory(PathOf(to)).FullName);
        return await SampleRepository.MirrorAsync(
            source, Form.DestinationOn(destination) with { Retention = RetentionPolicy.KeepLast(retention) }, BackupMode.Incremental);
    }

    private string PathOf(string name) => Path.Combine(_folder, name);
}
