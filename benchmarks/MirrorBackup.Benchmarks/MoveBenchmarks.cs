using System.Globalization;
using BenchmarkDotNet.Attributes;
using MirrorBackup.Remotes;

namespace MirrorBackup.Benchmarks;

/// <summary>
/// What does it take to move a block file from the directory of a delta into that of its key, as a merge does: 640 small files of ten directories, durable
/// with one flush that is not part of it? Beside it the framework's own move. Times are those of one file.
/// </summary>
[InProcessJob(isLong: true)]
[MemoryDiagnoser]
public class MoveBenchmarks
{
    private const int Directories = 10, FilesEach = 64, Files = Directories * FilesEach;

    private readonly string _folder = Directory.CreateTempSubdirectory("mirrorbackup-benchmark-").FullName;
    private readonly (RemotePath From, RemotePath To)[] _moves =
    [
        .. Enumerable.Range(0, Files).Select(static file => (
            RemotePath.Parse(string.Create(CultureInfo.InvariantCulture, $"delta{file / FilesEach}/blocks/0/{file}")),
            RemotePath.Parse(string.Create(CultureInfo.InvariantCulture, $"key/blocks/0/{file}")))),
    ];

    private LocalRemote _remote = null!;

    /// <summary>How many moves are under way.</summary>
    [Params(1, 2, 4)]
    public int AtOnce { get; set; }

    /// <summary>Opens the folder.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _remote = LocalRemote.Open(_folder);
        Directory.CreateDirectory(PathOf(_moves[0].To.Parent));
    }

    /// <summary>Makes the files, the first time, or moves them back.</summary>
    [IterationSetup]
    public void MoveBack()
    {
        foreach (var (from, to) in _moves)
        {
            Directory.CreateDirectory(PathOf(from.Parent));
            if (File.Exists(PathOf(to)))
            {
                File.Move(PathOf(to), PathOf(from));
            }
            else
            {
                File.WriteAllText(PathOf(from), "block");
            }
        }
    }

    /// <summary>Removes everything.</summary>
    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _remote.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>What a user would write for local files.</summary>
    [Benchmark(Baseline = true, Description = "File.Move", OperationsPerInvoke = Files)]
    public void Move() => Parallel.ForEach(
        _moves, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, move => File.Move(PathOf(move.From), PathOf(move.To), overwrite: true));

    /// <summary>The library.</summary>
    [Benchmark(Description = "LocalRemote.MoveAsync", OperationsPerInvoke = Files)]
    public Task MoveAsync() => Parallel.ForEachAsync(
        _moves, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, (move, stop) => _remote.MoveAsync(move.From, move.To, WriteGrade.Stage, stop));

    private string PathOf(RemotePath path) => Path.Combine(_folder, path.Value);
}
