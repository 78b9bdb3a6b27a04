using MirrorBackup.Backups;
using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Planning;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Retention;

namespace MirrorBackup.Tests.Scenarios;

/// <summary>
/// Every step of every golden scenario, whatever the forms of its remotes: from the state that the real engine left, our run has exactly the points that are
/// right (<c>tests/golden/README.md</c>), with the content that the disks truly had.
/// </summary>
public sealed class GoldenScenarioTests
{
    // These refuse to run, by design; each is a test of its own below.
    private static readonly string[] s_refused = ["ret-0", "locked/1", "locked/2", "wrong-key/2", "wrong-key/3", "wrong-key/4"];

    public static TheoryData<string, int> Steps()
    {
        var data = new TheoryData<string, int>();
        foreach (var name in GoldenScenario.Names.Concat(GoldenScenario.NamesWithForms))
        {
            foreach (var step in GoldenScenario.Load(name).Expectations.Select(static expectation => expectation.Step).Distinct())
            {
                if (!s_refused.Contains(name) && !s_refused.Contains($"{name}/{step}"))
                {
                    data.Add(name, step);
                }
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Run_GoldenState_HoldsWhatIsRight(string scenario, int step)
    {
        await using var run = new ScenarioRun(scenario, step);
        var source = run.Inventory("src");
        var leftovers = run.Expectations.ToDictionary(static e => e.Destination, e => run.Leftovers(e.Destination));

        var job = await run.JobAsync();
        var plan = (await new MirrorRunner().PlanAsync(job, TestContext.Current.CancellationToken)).SingleOrDefault();
        var report = await new MirrorRunner().RunAsync(job, null, TestContext.Current.CancellationToken);

        Assert.Equal(source, run.Inventory("src"));
        await AssertAsPlannedAsync(run, plan, report);
        foreach (var expectation in run.Expectations)
        {
            Assert.Equal(expectation.ShouldHold, await run.LettersOfAsync(expectation.Destination));
            await run.AssertContentAsync(expectation.Destination, expectation.DigestsExcluded + DamagedBefore(scenario, step));
            Assert.Empty(run.Leftovers(expectation.Destination).Except(leftovers[expectation.Destination]));
        }

        var isFaulty = scenario.StartsWith("source-", StringComparison.Ordinal);
        Assert.True(report.IsSuccess || isFaulty, MirrorReportJson.Write(report));
    }

    // What turned out to be damaged while it was read made the run plan anew, so that the first plan is not what it did.
    private static async Task AssertAsPlannedAsync(ScenarioRun run, MirrorPlan? plan, MirrorReport report)
    {
        var steps = report.Vms.SelectMany(static vm => vm.Destinations).SelectMany(static destination => destination.Steps);
        if (plan is null || steps.Any(static step => step.Outcome != MirrorOutcome.Succeeded))
        {
            return;
        }

        foreach (var destination in plan.Destinations)
        {
            var found = (await run.LoadAsync(destination.Name)).Chain(plan.Mode);
            Assert.Equal(ChainNotation.Format(destination.Result, plan.Names), ChainNotation.Format(found, plan.Names));
        }
    }

    // The real engine had applied a stale merge state to other files before this state was taken (SCENARIOS: "silently wrong content"): what it
    // made of d and e opens, and nothing in a VHD tells that it is wrong.
    private static string DamagedBefore(string scenario, int step) => (scenario, step) is ("interrupted-merge-file-cleanup" or "interrupted-merge-dir-cleanup", 7) ? "de" : "";

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task Run_Twice_SecondRunTransfersAndRetiresNothing(string scenario, int step)
    {
        await using var run = new ScenarioRun(scenario, step);
        await new MirrorRunner().RunAsync(await run.JobAsync(), null, TestContext.Current.CancellationToken);
        var before = run.Expectations.ToDictionary(static e => e.Destination, e => run.Inventory(e.Destination));

        var report = await new MirrorRunner().RunAsync(await run.JobAsync(), null, TestContext.Current.CancellationToken);

        Assert.All(
            report.Vms.SelectMany(static vm => vm.Destinations).SelectMany(static destination => destination.Steps),
            static done => Assert.True(done.Kind == "skip" || (done.Kind == "transfer" && done.Outcome == MirrorOutcome.Failed), done.ToString()));
        foreach (var expectation in run.Expectations)
        {
            Assert.Equal(before[expectation.Destination], run.Inventory(expectation.Destination));
        }
    }

    [Theory]
    [InlineData(1, "src")]
    [InlineData(2, "dst")]
    public async Task Run_LockIsHeld_FailsAndChangesNothing(int step, string locked)
    {
        await using var run = new ScenarioRun("locked", step);
        Directory.CreateDirectory(Path.Combine(run.PathOf(locked), "xo-vm-backups", run.Scenario.Vm));
        var held = Path.Combine(run.PathOf(locked), "xo-vm-backups", run.Scenario.Vm + ".lock");
        Directory.CreateDirectory(held);
        Directory.SetLastWriteTimeUtc(held, DateTime.UtcNow);

        var report = await new MirrorRunner().RunAsync(await run.JobAsync(), null, TestContext.Current.CancellationToken);

        Assert.Equal(MirrorOutcome.Failed, report.Outcome);
        Assert.Contains(ErrorCodes.Locked, MirrorReportJson.Write(report), StringComparison.Ordinal);
        Assert.True(Directory.Exists(held));
        Assert.Empty(run.Inventory("dst"));
    }

    [Theory]
    [InlineData(2, "another key with its 32 letters.", ErrorCodes.WrongEncryptionKey)]
    [InlineData(3, null, ErrorCodes.WrongEncryptionKey)]
    [InlineData(4, "short", ErrorCodes.InvalidEncryptionKey)]
    public async Task Open_WrongKey_IsRefusedAndNothingChanges(int step, string? key, string code)
    {
        await using var run = new ScenarioRun("wrong-key", step);
        var before = run.Inventory("dst");
        await using var stored = run.Open("dst");

        var error = await Assert.ThrowsAnyAsync<MirrorBackupException>(async () =>
        {
            using var secret = key is null ? null : EncryptionKey.FromText(key);
            await RepositoryEncryption.OpenAsync(stored, secret, null, TestContext.Current.CancellationToken);
        });

        Assert.Equal(code, error.Code);
        Assert.DoesNotContain(key ?? GoldenData.EncryptionKey, error.ToString(), StringComparison.Ordinal);
        Assert.Equal(before, run.Inventory("dst"));
    }

    [Fact]
    public void KeepLast_RetentionZero_IsRefusedBeforeAnythingIsRead()
    {
        var error = Assert.ThrowsAny<Exception>(static () => RetentionPolicy.KeepLast(0));

        Assert.Contains("0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OneDestinationCannotBeOpened_TheOtherIsComplete()
    {
        await using var run = new ScenarioRun("two-dests-unreachable", 1);
        var job = await run.JobAsync();
        job.Destinations.Add(new MirrorDestination(
            new UnavailableRemote("d2", "d2", new IOException("no route")), RetentionPolicy.KeepLast(5)));

        var report = await new MirrorRunner().RunAsync(job, null, TestContext.Current.CancellationToken);

        Assert.Equal("ABC", await run.LettersOfAsync("d1"));
        Assert.Equal(MirrorOutcome.Succeeded, report.Vms[0].Destinations[0].Outcome);
        Assert.Equal(MirrorOutcome.Failed, report.Vms[0].Destinations[1].Outcome);
        Assert.Equal(ErrorCodes.RemoteUnavailable, report.Vms[0].Destinations[1].Error!.Code);
    }
}
