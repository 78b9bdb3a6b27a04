using System.Text.Json.Nodes;
using MirrorBackup.Backups;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Tests.Repositories;

/// <summary>Every source and destination of every scenario, as Xen Orchestra's own reader saw it (key or delta aside).</summary>
public sealed class GoldenStateTests
{
    // Where there is more to see than Xen Orchestra sees: it looks for no archive before it copies it, and not at its end.
    private static readonly Dictionary<(string Scenario, int Step, string Side), string> SeenBetter = new()
    {
        // The ancestor of an unfinished merge holds everything and has not got its name yet: XO sees nothing to read, and removes all of it.
        [("interrupted-merge-file-cleanup", 4, "dst")] = "BCDE",

        // XO has applied a stale merge state here: the file that C names as its parent has the id and the content of A. XO compares no ids.
        [("interrupted-merge-file-cleanup", 6, "dst")] = "C!D!E!F!",
        [("source-hole-full", 2, "src")] = "ACE!",
        [("source-xva-damaged", 1, "src")] = "AB!",
        [("source-xva-damaged", 2, "src")] = "AB!C",
        [("source-xva-damaged", 2, "dst")] = "AB!",
    };

    public static TheoryData<string> Scenarios { get; } =
        [.. Directory.GetFiles(Path.Combine(GoldenData.Root, "states"))
            .Select(static file => Path.GetFileName(file).Split('.')[0])
            .Except(GoldenScenario.NamesWithForms)
            .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task LoadAsync_EveryStateOfAScenario_GivesThePointsThatAreThere(string name)
    {
        var json = JsonNode.Parse(File.ReadAllText(Path.Combine(GoldenData.Root, "scenarios.json")))![name]!;
        foreach (var step in json["steps"]!.AsArray())
        {
            using var folder = new TemporaryFolder();
            var number = (int)step!["step"]!;
            GoldenData.UnpackState(name, number, folder.Path);
            await CompareAsync(name, number, "src", (string?)step["source"], folder);
            foreach (var (side, letters) in step["before"] as JsonObject ?? [])
            {
                await CompareAsync(name, number, side, letters as JsonValue is { } value ? (string?)value : null, folder);
            }
        }
    }

    private static async Task CompareAsync(string name, int step, string side, string? letters, TemporaryFolder folder)
    {
        if (letters is null || !Directory.Exists(folder[side]))
        {
            return;
        }

        var expected = SeenBetter.GetValueOrDefault((name, step, side), letters.Replace("*", "", StringComparison.Ordinal).ToUpperInvariant());
        Assert.Equal($"{name} {step} {side} {expected}", $"{name} {step} {side} {await ReadAsync(GoldenScenario.Load(name), folder[side])}");
    }

    private static async Task<string> ReadAsync(GoldenScenario scenario, string folder)
    {
        var token = TestContext.Current.CancellationToken;
        await using var remote = LocalRemote.Open(folder, new LocalRemoteOptions { IsReadOnly = true });
        var repository = await BackupRepository.OpenAsync(remote, cancellationToken: token);
        var catalogue = await repository.LoadAsync(scenario.Vm, token);
        return string.Concat(catalogue.Points.Select(point =>
            scenario.LetterOf(point.Point.Id.Timestamp) + (catalogue.Chain(point.Point.Id.Mode).IsRestorable(point.Point) ? "" : "!")));
    }
}
