using System.Collections.Concurrent;
using System.Globalization;
using MirrorBackup.Golden;

namespace MirrorBackup.Simulation.Tests.World;

/// <summary>Counts what the simulations of this run covered, and writes it to <c>artifacts/simulation.txt</c>, where a person or a script finds it.</summary>
internal static class Coverage
{
    private static readonly ConcurrentDictionary<string, (int Points, int States)> s_covered = new(StringComparer.Ordinal);
    private static readonly Lock s_gate = new();

    /// <summary>Notes one simulation.</summary>
    /// <param name="what">Its name.</param>
    /// <param name="points">How many crashes or faults it looked at.</param>
    /// <param name="states">How many different disks they left.</param>
    public static void Add(string what, int points, int states)
    {
        s_covered[what] = (points, states);
        lock (s_gate)
        {
            var folder = Directory.CreateDirectory(Path.Combine(GoldenData.Root, "..", "..", "artifacts"));
            File.WriteAllLines(
                Path.Combine(folder.FullName, "simulation.txt"),
                [
                    .. s_covered.OrderBy(static entry => entry.Key, StringComparer.Ordinal)
                        .Select(static entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Value.Points,7} {entry.Value.States,7}  {entry.Key}")),
                    string.Create(CultureInfo.InvariantCulture, $"{s_covered.Values.Sum(static value => value.Points),7} {s_covered.Values.Sum(static value => value.States),7}  in all (crashes and faults; different states)"),
                ]);
        }
    }
}
