using MirrorBackup.Backups;
using MirrorBackup.Mirroring;
using MirrorBackup.Remotes;
using MirrorBackup.Retention;
using MirrorBackup.Tests.Scenarios;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>
/// The lock of a destination is taken away from a run, at every moment at which that can make a difference: what was begun ends, nothing more is published,
/// merged or removed, and what is listed stays whole.
/// </summary>
public sealed class StolenLockTests(ITestOutputHelper output)
{
    private const string Before = "BCDE";
    private const string After = "EIJK";
    private const int Step = 4;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>The lock goes just before a change is made, after the last look at it: the worst moment that there is.</summary>
    [Theory]
    [InlineData("doc-delta")]
    [InlineData("doc-delta-vhddir")]
    [InlineData("doc-full")]
    public async Task Run_LockIsTakenBeforeAnyChange_StopsAtTheNextLook(string scenario)
    {
        var whole = await WatchAsync(scenario);
        var last = LastLook(whole);
        var changes = Enumerable.Range(0, whole.Count).Where(number => whole[number].IsChange).ToArray();
        var slips = new SortedDictionary<int, int>();
        foreach (var number in changes)
        {
            await using var world = new ScenarioRun(scenario, Step);
            await using var remote = await OpenAsync(world);
            var thief = LockFolder(world);
            remote.Before = (found, _) =>
            {
                if (found == number)
                {
                    Directory.Delete(thief);
                    Directory.CreateDirectory(thief);
                }

                return ValueTask.CompletedTask;
            };

            var report = await RunAsync(world, remote);

            var events = remote.Events.Skip(number).ToArray();
            var lost = Array.FindIndex(events, static found => found.Kind == LockEvent.Lost);
            if (number > last)
            {
                // The cache is being written, the last thing of all, and what is in it is right.
                Assert.True(report.IsSuccess);
                continue;
            }

            Assert.True(lost > 0, $"{number} of {scenario}: {MirrorReportJson.Write(report)}");
            Assert.All(events[lost..], found => Assert.False(found.IsChange, $"{found} after the loss before change {number} of {scenario}"));
            var slipped = events[..lost].Count(static found => found.IsChange);
            slips[slipped] = slips.GetValueOrDefault(slipped) + 1;
            await AssertStoppedAsync(world, report, thief, isDone: number + lost >= last);
        }

        output.WriteLine($"{scenario}: lock taken before each of {changes.Length} changes; changes until that was found: {string.Join(", ", slips.Select(static pair => $"{pair.Key} ({pair.Value} times)"))}");
    }

    /// <summary>Another runner takes the lock over, does all of the work, and has gone when the first one looks again.</summary>
    [Theory]
    [InlineData("doc-delta")]
    [InlineData("doc-delta-vhddir")]
    [InlineData("doc-full")]
    public async Task Run_AnotherRunnerDoesAllTheWorkBetweenTwoLooks_NeitherHarmsTheOther(string scenario)
    {
        var whole = await WatchAsync(scenario);
        var looks = Enumerable.Range(0, whole.Count).Where(number => whole[number].Kind == LockEvent.Check).ToArray();
        foreach (var number in looks)
        {
            await using var world = new ScenarioRun(scenario, Step);
            await using var remote = await OpenAsync(world);
            remote.Before = async (found, _) =>
            {
                if (found == number)
                {
                    Directory.Delete(LockFolder(world));
                    var other = await RunAsync(world, await world.UnlockAsync("dst"));
                    Assert.True(other.IsSuccess, MirrorReportJson.Write(other));
                }
            };

            var report = await RunAsync(world, remote);

            AssertLost(report, isDone: number == looks[^1]);
            Assert.Equal(After, await world.LettersOfAsync("dst"));
            await world.AssertContentAsync("dst", "");
            Assert.Empty(world.Leftovers("dst"));
        }

        output.WriteLine($"{scenario}: another runner before each of {looks.Length} looks at the lock");
    }

    private static async Task<IReadOnlyList<LockEvent>> WatchAsync(string scenario)
    {
        await using var world = new ScenarioRun(scenario, Step);
        await using var remote = await OpenAsync(world);

        var report = await RunAsync(world, remote);

        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        return remote.Events;
    }

    private static async Task<LockTheft> OpenAsync(ScenarioRun world) => new(await world.UnlockAsync("dst"));

    private static Task<MirrorReport> RunAsync(ScenarioRun world, IRemote destination)
    {
        var form = world.Scenario.FormOf("dst", Step);
        var job = new MirrorJob("theft")
        {
            Source = world.Open("src"),
            Id = world.Scenario.MirrorJob,
            ScheduleId = world.Scenario.MirrorSchedule,
            Mode = world.Scenario.Mode == "full" ? BackupMode.Full : BackupMode.Incremental,
            SourceLocking = SourceLocking.Never,
            LockTimeout = TimeSpan.Zero,
        };
        job.Destinations.Add(new MirrorDestination(destination, RetentionPolicy.KeepLast(4))
        {
            Form = form.IsDirectory ? StorageForm.VhdDirectory(BlockCodec.Brotli) : StorageForm.VhdFile,
        });
        return new MirrorRunner().RunAsync(job, null, Cancelled);
    }

    private static string LockFolder(ScenarioRun world) => Path.Combine(world.PathOf("dst"), "xo-vm-backups", world.Scenario.Vm + ".lock");

    private static int LastLook(IReadOnlyList<LockEvent> events) => Enumerable.Range(0, events.Count).Last(number => events[number].Kind == LockEvent.Check);

    // Where only the cache was left to be written the run has done what it was to do; there is then no cache, which does no harm.
    private static void AssertLost(MirrorReport report, bool isDone)
    {
        var destination = report.Vms[0].Destinations[0];
        if (isDone)
        {
            Assert.Equal(MirrorOutcome.Succeeded, destination.Outcome);
            return;
        }

        Assert.Equal(ErrorCodes.LockLost, destination.Error?.Code);
        Assert.Matches("xo-vm-backups/.*\\.lock was (taken over|removed) by somebody", destination.Error!.Message);
    }

    private static async Task AssertStoppedAsync(ScenarioRun world, MirrorReport report, string thief, bool isDone)
    {
        AssertLost(report, isDone);
        Assert.True(Directory.Exists(thief));
        var letters = await world.LettersOfAsync("dst");
        Assert.Subset(Before.Union(After).ToHashSet(), letters.ToHashSet());
        Assert.Superset(Before.Intersect(After).ToHashSet(), letters.ToHashSet());
        await world.AssertContentAsync("dst", "");

        Directory.Delete(thief);
        var next = await RunAsync(world, await world.UnlockAsync("dst"));
        Assert.True(next.IsSuccess, MirrorReportJson.Write(next));
        Assert.Equal(After, await world.LettersOfAsync("dst"));
        await world.AssertContentAsync("dst", "");
        Assert.Empty(world.Leftovers("dst"));
    }
}
