using MirrorBackup.Simulation.Tests.World;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.Crashes;

/// <summary>No crash at any operation of any scenario loses what is listed, and one more run repairs the rest.</summary>
public sealed class CrashEnumerationTests(ITestOutputHelper output)
{
    // Those whose own state some other test holds already, or in which nothing is done, are left out.
    private static readonly (string Scenario, int[] Steps)[] s_scenarios =
    [
        ("compression-mismatch-gzip", [1]),
        ("dest-hole-vhd", [3]),
        ("dest-missing-last", [3, 4]),
        ("dest-missing-parent", [2]),
        ("disk-added-later", [2, 4]),
        ("disk-resized", [1, 2]),
        ("distribute", [1, 2]),
        ("doc-delta", [1, 2, 3, 4]),
        ("doc-delta-async-merge", [3]),
        ("doc-delta-async-merge-encrypted", [4]),
        ("doc-delta-encrypted", [2, 3, 4]),
        ("doc-delta-nokey", [5]),
        ("doc-delta-vhddir", [1, 2, 3, 4]),
        ("doc-full", [1, 3, 4]),
        ("doc-full-vhddir", [4]),
        ("file-to-dir-switch", [3]),
        ("from-encrypted-source", [2]),
        ("interrupted-merge-dir-blocks", [4, 5]),
        ("interrupted-merge-dir-cleanup", [4]),
        ("interrupted-merge-file-after-rename", [4]),
        ("interrupted-merge-file-blocks", [4, 5]),
        ("interrupted-merge-file-cleanup", [4, 6]),
        ("interrupted-transfer", [2]),
        ("new-key-middle", [2, 3]),
        ("new-key-middle-2", [2]),
        ("ret-1", [2]),
        ("ret-7-to-2", [2, 3]),
        ("ret-7-to-2-full", [3]),
        ("ret-deleteFirst", [2, 3]),
        ("ret-maxMerged", [2]),
        ("same-dest-other-job", [2]),
        ("schedule-changed", [2]),
        ("source-hole-full", [2]),
        ("two-dests-diff", [3, 5]),
        ("two-dests-full", [3, 5]),
        ("two-dests-one-fails", [2]),
    ];

    private static readonly CrashOutcome[] s_outcomes =
        [CrashOutcome.Lost, CrashOutcome.Kept, CrashOutcome.NamesOnly, CrashOutcome.DataOnly, .. Enumerable.Range(1, Budget.Shuffles).Select(CrashOutcome.Shuffled)];

    public static TheoryData<string, int, string?> Settings
    {
        get
        {
            var settings = new TheoryData<string, int, string?>();
            foreach (var (scenario, steps) in s_scenarios)
            {
                foreach (var step in steps.Where(step => Budget.Includes(scenario, step)))
                {
                    settings.Add(scenario, step, null);
                }
            }

            // Retention that keeps points in the middle, so that merges happen anywhere in a chain.
            settings.Add("doc-delta", 4, "weekly");
            settings.Add("doc-delta-vhddir", 4, "weekly");
            settings.Add("doc-delta-encrypted", 4, "last 2");
            settings.Add("doc-full", 4, "weekly");
            settings.Add("two-dests-diff", 5, "last 2");
            return settings;
        }
    }

    /// <summary>The small ones, in which the recovering run is crashed, too.</summary>
    public static TheoryData<string, int> SmallSettings => new()
    {
        { "doc-delta", 2 },
        { "doc-delta", 3 },
        { "ret-1", 2 },
        { "doc-full", 3 },
        { "interrupted-merge-dir-blocks", 4 },
        { "interrupted-merge-file-cleanup", 4 },
        { "interrupted-merge-dir-cleanup", 4 },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Crash_AtEveryOperation_LosesNothing(string scenario, int step, string? policy) =>
        await EnumerateAsync(new Setting(scenario, step, policy), s_outcomes, depth: 1);

    [Theory]
    [MemberData(nameof(SmallSettings))]
    public async Task Crash_AtEveryOperationOfTheRecoveryToo_LosesNothing(string scenario, int step) =>
        await EnumerateAsync(new Setting(scenario, step), [CrashOutcome.Lost, CrashOutcome.Kept, CrashOutcome.Shuffled(1)], depth: 2);

    private async Task EnumerateAsync(Setting setting, IReadOnlyList<CrashOutcome> outcomes, int depth)
    {
        var enumeration = new CrashEnumeration(setting);

        await enumeration.RunAsync(outcomes, depth);

        Coverage.Add($"{setting}, depth {depth}", enumeration.Crashes, enumeration.States);
        output.WriteLine($"{enumeration.Crashes} crashes, {enumeration.States} different states, {enumeration.BetweenFooters} of them between two footers, {enumeration.Stuck} on which Xen Orchestra waits for us");
        Violations.AssertNone(enumeration.Violations, output);
        Assert.NotEqual(0, enumeration.States);
    }
}
