using System.Diagnostics;

namespace MirrorBackup.Benchmarks;

/// <summary>The copy that the others are compared with: the framework's, made durable.</summary>
internal static class DurableCopy
{
    public static void Run(string source, string copy)
    {
        File.Copy(source, copy);
        using var file = File.OpenHandle(copy, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(file);
    }

    /// <summary>Copies each file of a folder and flushes it: no mirror of many files that is durable can do with less.</summary>
    /// <param name="folder">The folder; those below it are handled at once.</param>
    /// <param name="target">Where the copies go.</param>
    /// <param name="threads">How many folders are handled at once.</param>
    /// <returns>How long it took, without the start of the process.</returns>
    public static TimeSpan RunAll(string folder, string target, int threads)
    {
        var started = Stopwatch.GetTimestamp();
        Parallel.ForEach(Directory.EnumerateDirectories(folder), new ParallelOptions { MaxDegreeOfParallelism = threads }, below =>
        {
            foreach (var file in Directory.EnumerateFiles(below, "*", SearchOption.AllDirectories))
            {
                var copy = Path.Combine(target, Path.GetRelativePath(folder, file));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                using var handle = File.OpenHandle(copy, FileMode.CreateNew, FileAccess.Write);
                RandomAccess.Write(handle, File.ReadAllBytes(file), 0);
                RandomAccess.FlushToDisk(handle);
            }
        });
        return Stopwatch.GetElapsedTime(started);
    }
}
