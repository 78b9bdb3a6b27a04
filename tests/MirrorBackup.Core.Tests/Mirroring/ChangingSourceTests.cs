using MirrorBackup.Mirroring;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>
/// Xen Orchestra retires the oldest point of the source at every moment of a run. What the destination lists is always what it truly was, and the next run
/// has all that the source still has.
/// </summary>
public sealed class ChangingSourceTests(ITestOutputHelper output)
{
    public static TheoryData<string> Scenarios { get; } = [.. new[] { "doc-delta", "doc-delta-vhddir", "doc-full" }];

    /// <summary>Nothing keeps the other away; it does all of its work between two operations of ours.</summary>
    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Run_OldestPointIsRetiredBeforeAnyOperation_NothingWrongIsListed(string scenario)
    {
        var files = ChangingSource.ReadFiles(scenario);
        var operations = await CountAsync(scenario, files);
        var (noticed, incomplete) = (0, 0);
        for (var number = 0; number < operations; number++)
        {
            await using var world = await ChangingSource.CreateAsync(scenario, files);
            var at = number;
            world.Watched.AtEach(async found =>
            {
                if (found == at)
                {
                    await world.RetireOldestAsync();
                }
            });

            var report = await world.MirrorAsync(SourceLocking.Never);

            noticed += report.Vms[0].Warnings.Length > 0 ? 1 : 0;
            incomplete += report.IsSuccess ? 0 : 1;
            await AssertConvergesAsync(world, number);
        }

        output.WriteLine(
            $"{scenario}: the source changed before each of {operations} operations; {noticed} runs read something again, {incomplete} left something to the next");
        Assert.NotEqual(0, noticed);
    }

    /// <summary>The other does one step of its work for each operation of ours, from any moment on.</summary>
    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Run_OldestPointIsRetiredStepByStepMeanwhile_NothingWrongIsListed(string scenario)
    {
        var files = ChangingSource.ReadFiles(scenario);
        var operations = await CountAsync(scenario, files);
        var (noticed, failed) = (0, 0);
        for (var number = 0; number < operations; number++)
        {
            await using var world = await ChangingSource.CreateAsync(scenario, files);
            using var turns = new TurnTaking();
            var (at, other) = (number, (Task?)null);
            world.Watched.AtEach(async found =>
            {
                if (found == at)
                {
                    other = Task.Run(() => world.RetireOldestAsync(turns.AwaitAsync));
                }

                if (found >= at && other is not null)
                {
                    await turns.GiveAsync(other);
                }
            });

            var report = await world.MirrorAsync(SourceLocking.Never);

            turns.End();
            await (other ?? world.RetireOldestAsync());
            noticed += report.Vms[0].Warnings.Length > 0 ? 1 : 0;
            failed += report.IsSuccess ? 0 : 1;
            await AssertConvergesAsync(world, number);
        }

        output.WriteLine($"{scenario}: the source changed step by step from each of {operations} operations on; {noticed} runs read something again, {failed} left something to the next");
    }

    /// <summary>The other respects the lock, and so do we: it works before or after, and nothing has to be read again.</summary>
    [Theory]
    [MemberData(nameof(Scenarios))]
    public async Task Run_BothTakeTheLock_NothingIsReadAgain(string scenario)
    {
        var files = ChangingSource.ReadFiles(scenario);
        var operations = await CountAsync(scenario, files);
        var kept = 0;
        for (var number = 0; number < operations; number++)
        {
            await using var world = await ChangingSource.CreateAsync(scenario, files);
            var at = number;
            world.Watched.AtEach(async found =>
            {
                if (found == at)
                {
                    try
                    {
                        await using var held = await world.LockAsync();
                        await world.RetireOldestAsync();
                    }
                    catch (BackupLockedException)
                    {
                        kept++;
                    }
                }
            });

            var report = await world.MirrorAsync(SourceLocking.Required);

            Assert.True(report.IsSuccess, $"{number}: {MirrorReportJson.Write(report)}");
            Assert.Empty(report.Vms[0].Warnings);
            await AssertConvergesAsync(world, number);
        }

        output.WriteLine($"{scenario}: the other wanted the lock before each of {operations} operations; {kept} times it was ours");
        Assert.InRange(kept, operations / 2, operations - 1);
    }

    [Fact]
    public async Task Run_OtherHoldsTheLockOfTheSource_IsNotBegunAndSaysWhatIsLocked()
    {
        await using var world = await ChangingSource.CreateAsync("doc-delta", ChangingSource.ReadFiles("doc-delta"));
        await using (await world.LockAsync())
        {
            var report = await world.MirrorAsync(SourceLocking.WhenPossible);

            Assert.Equal(ErrorCodes.Locked, report.Vms[0].Error?.Code);
            Assert.Contains(world.Folder.Value, report.Vms[0].Error!.Message, StringComparison.Ordinal);
        }

        Assert.True((await world.MirrorAsync(SourceLocking.WhenPossible)).IsSuccess);
        Assert.Equal("BCDE", await world.MirroredAsync());
    }

    private static async Task<int> CountAsync(string scenario, IReadOnlyList<(string Path, byte[] Content)> files)
    {
        await using var world = await ChangingSource.CreateAsync(scenario, files);
        var report = await world.MirrorAsync(SourceLocking.Never);
        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        Assert.Equal("BCDE", await world.MirroredAsync());
        return world.Watched.Log.Count;
    }

    private static async Task AssertConvergesAsync(ChangingSource world, int number)
    {
        var before = await world.MirroredAsync();
        world.Watched.Heal();
        var report = await world.MirrorAsync(SourceLocking.Never);
        Assert.True(report.IsSuccess, $"{number}: {MirrorReportJson.Write(report)}");
        var held = await world.HeldAsync();
        Assert.Equal(string.Concat(before.Union(held).Order()), await world.MirroredAsync());
        Assert.Empty(await world.LeftoversAsync());
        Assert.All((await world.MirrorAsync(SourceLocking.Never)).Vms, static vm => Assert.Equal(MirrorOutcome.UpToDate, vm.Outcome));
    }
}
