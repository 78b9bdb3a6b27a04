using BenchmarkDotNet.Attributes;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Benchmarks;

/// <summary>
/// How long does it take to find out what a repository of 100 VMs with 30 restore points of 2 disks each holds: by names, lengths and times only, as a run
/// with nothing to do looks at it, and as a catalogue, with the metadata and the header of every disk? Beside it the framework's enumeration of the same
/// folders. One VM after the other; all of it is in the page cache.
/// </summary>
[InProcessJob(isLong: true)]
[MemoryDiagnoser]
public class ListingBenchmarks
{
    private const int Vms = 100;
    private const int Points = 30;
    private const int Disks = 2;

    private readonly string _folder = Directory.CreateTempSubdirectory("mirrorbackup-benchmark-").FullName;
    private LocalRemote _remote = null!;
    private BackupRepository _repository = null!;

    /// <summary>Writes the repository.</summary>
    [GlobalSetup]
    public async Task SetupAsync()
    {
        await ManyVms.WriteAsync(_folder, Vms, Points, Disks);
        _remote = LocalRemote.Open(_folder);
        _repository = await BackupRepository.OpenAsync(_remote);
    }

    /// <summary>Removes everything.</summary>
    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _remote.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>The framework: every folder once, with the length and the time of every entry.</summary>
    [Benchmark(Baseline = true, Description = "enumerate, lengths and times")]
    public long Enumerate()
    {
        var files = 0;
        var all = 0L;
        foreach (var entry in new DirectoryInfo(_folder).EnumerateFileSystemInfos("*", SearchOption.AllDirectories))
        {
            all += entry.LastWriteTimeUtc.Ticks;
            if (entry is FileInfo file)
            {
                all += file.Length;
                files++;
            }
        }

        Expect(files, Vms * ((Points * (Disks + 1)) + 1));
        return all;
    }

    /// <summary>The library: the same, in order and hashed.</summary>
    [Benchmark(Description = "look of a run with nothing to do")]
    public async Task<int> LookAsync()
    {
        var seen = 0;
        foreach (var vm in await _repository.ListVmsAsync())
        {
            seen += await VmFolderState.ReadAsync(_remote, vm, default) is null ? 0 : 1;
        }

        return Expect(seen, Vms);
    }

    /// <summary>The library: what plans are made of.</summary>
    [Benchmark(Description = "catalogue")]
    public async Task<int> CatalogueAsync()
    {
        var points = 0;
        foreach (var vm in await _repository.ListVmsAsync())
        {
            points += (await _repository.LoadAsync(vm)).Points.Length;
        }

        return Expect(points, Vms * Points);
    }

    private static int Expect(int found, int expected) =>
        found == expected ? found : throw new InvalidOperationException($"Found {found}; expected {expected}.");
}
