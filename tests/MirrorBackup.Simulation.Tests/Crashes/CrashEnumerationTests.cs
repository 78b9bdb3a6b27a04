using MirrorBackup.Simulation.Tests.World;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.Crashes;

/// <summary>No crash at any operation of any scenario loses what is listed, and one more run repairs the rest.</summary>
public sealed class CrashEnumerationTests(ITestOutputHelper output)
{
    private static readonly CrashOutcome[] s_outcomes =
        [CrashOutcome.Lost, CrashOutcome.Kept, CrashOutcome.NamesOnly, CrashOutcome.DataOnly, .. Enumerable.Range(1, Budget.Shuffles).Select(CrashOutcome.Shuffled)];

    public static TheoryData<string, int, string?> Settings => new()
    {
        { "doc-delta", 1, null },
        { "doc-delta", 2, null },
        { "doc-delta", 3, null },
        { "doc-delta", 4, null },
        { "doc-full", 4, null },
        { "doc-delta-vhddir", 3, null },
        { "doc-delta-vhddir", 4, null },
        { "doc-delta-encrypted", 3, null },
        { "two-dests-diff", 5, null },
    };

    [Theory]
    [MemberData(nameof(Settings))]
    public async Task Crash_AtEveryOperation_LosesNothing(string scenario, int step, string? policy)
    {
        var enumeration = new CrashEnumeration(new Setting(scenario, step, policy));

        await enumeration.RunAsync(s_outcomes, depth: 1);

        output.WriteLine($"{enumeration.Crashes} crashes, {enumeration.States} different states");
        Violations.AssertNone(enumeration.Violations, output);
        Assert.NotEqual(0, enumeration.States);
    }
}
