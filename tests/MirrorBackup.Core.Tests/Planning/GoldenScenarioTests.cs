using System.Text.Json;
using System.Text.RegularExpressions;
using MirrorBackup.Backups;
using MirrorBackup.Golden;
using MirrorBackup.Planning;
using MirrorBackup.Retention;

namespace MirrorBackup.Tests.Planning;

/// <summary>
/// Every step of the golden scenarios that letters can express, against what the destination should hold, which was computed apart
/// from any implementation.
/// </summary>
public sealed partial class GoldenScenarioTests
{
    // The letters of the real engine do not show that an archive is missing or fails its checksum, and mix both modes in one text.
    private static readonly Dictionary<(string Scenario, int Step), string> Damaged = new()
    {
        [("source-hole-full", 2)] = "ACE!",
        [("source-xva-damaged", 2)] = "ABC!",
    };

    private static readonly string[] MixedModes = ["mode-switch"];

    public static TheoryData<string, int, string, string, string, string, int, string> Steps()
    {
        var data = new TheoryData<string, int, string, string, string, string, int, string>();
        using var document = JsonDocument.Parse(File.ReadAllText(Path.Combine(GoldenData.Root, "scenarios.json")));
        foreach (var scenario in document.RootElement.EnumerateObject())
        {
            if (scenario.Value.GetProperty("expected") is not { ValueKind: JsonValueKind.Object } expected || !expected.TryGetProperty("steps", out var steps))
            {
                continue;
            }

            foreach (var step in steps.EnumerateArray())
            {
                // What an expectation adds to the letters (a filter, a lock, a damaged archive) letters cannot say.
                var source = step.GetProperty("source").GetString()!;
                var before = step.GetProperty("before").GetString()!;
                if (!step.TryGetProperty("expect", out _) && !MixedModes.Contains(scenario.Name) && IsExpressible(source, before))
                {
                    data.Add(
                        scenario.Name,
                        step.GetProperty("step").GetInt32(),
                        step.GetProperty("destination").GetString()!,
                        scenario.Value.GetProperty("mode").GetString()!,
                        source,
                        before,
                        step.GetProperty("retention").GetInt32(),
                        step.GetProperty("shouldHold").GetString()!);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public void Plan_GoldenScenario_HoldsWhatItShould(
        string scenario, int step, string destination, string mode, string source, string before, int retention, string shouldHold)
    {
        var backupMode = mode == "full" ? BackupMode.Full : BackupMode.Incremental;
        var letters = Damaged.GetValueOrDefault((scenario, step), source);
        var request = Plans.Request(Plans.Chain(letters, backupMode), Plans.Chain(before, backupMode), retention);
        if (scenario == "same-dest-other-job")
        {
            request = request with { Destinations = [request.Destinations[0] with { Scope = RetentionScope.WholeVm, JobId = "other-job" }] };
        }

        var plan = Plans.Plan(request);

        Assert.True(
            string.Equals(shouldHold, Bare(Plans.Letters(plan)), StringComparison.Ordinal),
            $"{scenario} step {step} at {destination}: expected {shouldHold}\n{plan.Explain()}");
    }

    // A chain that begins with a delta is one whose oldest point waits for its merge; letters alone have no such thing.
    private static bool IsExpressible(string source, string before) =>
        (before.Length == 0 || !char.IsAsciiLetterLower(before[0]))
        && !source.Contains('?', StringComparison.Ordinal) && !before.Contains('?', StringComparison.Ordinal)
        && (source.Contains('*', StringComparison.Ordinal) == before.Contains('*', StringComparison.Ordinal) || before.Length == 0);

    /// <summary>The restorable letters without what is said about them.</summary>
    private static string Bare(string letters) => Marks().Replace(letters, "").ToUpperInvariant();

    [GeneratedRegex(@"\([^)]*\)|.!|\*")]
    private static partial Regex Marks();
}
