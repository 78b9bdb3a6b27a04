using System.Collections.Concurrent;

namespace MirrorBackup.Crash.Tests.Killing;

/// <summary>What the kills of a test hit, and what they left behind.</summary>
internal sealed class KillTally
{
    private readonly ConcurrentDictionary<string, int> _phases = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> _remains = new(StringComparer.Ordinal);
    private int _kills;
    private int _tooLate;

    public int Kills => _kills;

    public int Of(string phase) => _phases.GetValueOrDefault(phase);

    public int With(string remains) => _remains.GetValueOrDefault(remains);

    /// <summary>Counts a process that was killed, or that had ended before.</summary>
    public void Add(bool wasKilled, IEnumerable<string> phases, string folder)
    {
        if (!wasKilled)
        {
            Interlocked.Increment(ref _tooLate);
            return;
        }

        Interlocked.Increment(ref _kills);
        foreach (var phase in phases.Distinct())
        {
            Count(_phases, phase);
        }

        foreach (var kind in Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories).Select(static path => KindOf(Path.GetFileName(path))).OfType<string>().Distinct())
        {
            Count(_remains, kind);
        }
    }

    public override string ToString() =>
        $"{_kills} kills, {_tooLate} came after the end; hit: {TextOf(_phases)}; left behind: {TextOf(_remains)}";

    private static string? KindOf(string name) =>
        name.EndsWith(".merge.json", StringComparison.Ordinal) && name.StartsWith('.') ? "merge state"
        : name.EndsWith(".tmp", StringComparison.Ordinal) ? "temporary file"
        : name.EndsWith(".lock", StringComparison.Ordinal) ? "lock"
        : null;

    private static void Count(ConcurrentDictionary<string, int> counts, string key) => counts.AddOrUpdate(key, 1, static (_, count) => count + 1);

    private static string TextOf(ConcurrentDictionary<string, int> counts) =>
        string.Join(", ", counts.OrderByDescending(static pair => pair.Value).Select(static pair => $"{pair.Key} {pair.Value}"));
}
