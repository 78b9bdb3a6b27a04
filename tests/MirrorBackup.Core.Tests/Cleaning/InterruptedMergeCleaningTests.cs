using MirrorBackup.Golden;
using MirrorBackup.Repositories.Cleaning;

namespace MirrorBackup.Tests.Cleaning;

/// <summary>Destinations that Xen Orchestra left in the middle of a merge, or of a transfer.</summary>
public sealed class InterruptedMergeCleaningTests
{
    [Theory]
    [InlineData("interrupted-merge-file-blocks", ".vhd")]
    [InlineData("interrupted-merge-file-cleanup", ".vhd")] // XO deletes every point of the VM.
    [InlineData("interrupted-merge-file-after-rename", ".vhd")]
    [InlineData("interrupted-merge-dir-blocks", ".alias.vhd")]
    [InlineData("interrupted-merge-dir-cleanup", ".alias.vhd")] // XO deletes every point of the VM.
    public async Task CleanAsync_InterruptedMerge_FinishesItAndKeepsEveryPoint(string scenario, string ending)
    {
        await using var world = await CleaningWorld.OfStateAsync(scenario, 4, "dst");
        var golden = GoldenScenario.Load(scenario);

        var findings = await world.CleanAsync();

        Assert.Equal(CleaningKind.UnfinishedMerge, Assert.Single(findings, static finding => finding.Kind is CleaningKind.UnfinishedMerge).Kind);
        Assert.All(findings, static finding => Assert.True(finding.IsSettled, finding.ToString()));
        var digests = await world.DigestsAsync();
        Assert.Equal(4, digests.Count);
        Assert.All(digests, digest => Assert.Equal(golden.TruthOf(digest.Key.Timestamp, "delta").Single().Value, digest.Value));
        Assert.Empty(Directory.EnumerateFiles(world.Local(""), "*.merge.json", SearchOption.AllDirectories));
        Assert.False(File.Exists(Path.Combine(Path.GetDirectoryName(world.Local(world.Find("20260106T010000Z" + ending)))!, "20260105T010000Z" + ending)));
        Assert.True(File.Exists(world.Local("cache.json.gz")));
        Assert.Empty(await world.CleanAsync());
    }

    /// <summary>Every source and destination of every scenario in which something was interrupted or damaged.</summary>
    public static TheoryData<string> Scenarios { get; } =
        [.. Directory.GetFiles(Path.Combine(GoldenData.Root, "states"))
            .Select(static file => Path.GetFileName(file).Split('.')[0])
            .Where(static name => name.StartsWith("interrupted", StringComparison.Ordinal) || name.Contains("hole", StringComparison.Ordinal)
                || name.Contains("damaged", StringComparison.Ordinal) || name is "stale-source-cache" or "dest-missing-parent" or "dest-missing-last")
            .Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task CleanAsync_EveryState_LosesNothingAndIsDoneAtOnce(string scenario)
    {
        var states = 0;
        for (var step = 1; step <= 8; step++)
        {
            foreach (var side in (string[])["src", "dst"])
            {
                await using var world = await CleaningWorld.OfStateAsync(scenario, step, side);
                if (!Directory.Exists(world.Local("")))
                {
                    continue;
                }

                states++;
                var before = await world.DigestsAsync();

                var findings = await world.CleanAsync();

                Assert.DoesNotContain(findings, static finding => finding.Action == CleaningAction.Failed || finding.Kind == CleaningKind.NotAccessible);
                Assert.Equal(before, (await world.DigestsAsync()).Where(digest => before.ContainsKey(digest.Key)));
                world.Grow();
                Assert.DoesNotContain(await world.ReportAsync(), static finding => finding.Remedy != CleaningRemedy.None);
            }
        }

        Assert.InRange(states, 2, 16);
    }
}
