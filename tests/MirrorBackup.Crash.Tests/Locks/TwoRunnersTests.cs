using MirrorBackup.Backups;
using MirrorBackup.Crash.Tests.Killing;
using MirrorBackup.Crash.Tests.Stored;
using MirrorBackup.Mirroring;

namespace MirrorBackup.Crash.Tests.Locks;

/// <summary>Two runners of one destination at once: one waits for the other, and what is there in the end is what one of them alone would have left.</summary>
public sealed class TwoRunnersTests
{
    private const string OtherJob = "11111111-2222-4333-8444-555555555555";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<string> Kinds { get; } = [.. new[] { "files", "directories" }];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Run_TwoProcessesOfOneJobAtOnce_BothEndWell(string name)
    {
        using var world = await CreateAsync(name);
        var copy = world.Copy("copy");

        using var first = Victim.Start(world.CommandLineOf(copy));
        using var second = Victim.Start(world.CommandLineOf(copy));
        await first.EndAsync(Cancelled);
        await second.EndAsync(Cancelled);

        await AssertEndAsync(world, copy);

        // The work was done once.
        Assert.Single(first.Lines.Concat(second.Lines), static line => line.StepDone?.Kind == "merge");
    }

    /// <summary>A point that is there already is not sent by another job, and not retired by it.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Run_TwoProcessesOfTwoJobsAtOnce_NothingIsHarmed(string name)
    {
        using var world = await CreateAsync(name);
        var copy = world.Copy("copy");

        using var first = Victim.Start(world.CommandLineOf(copy));
        using var second = Victim.Start(world.CommandLineOf(copy, OtherJob));
        await first.EndAsync(Cancelled);
        await second.EndAsync(Cancelled);

        var end = await world.ReadAsync(copy, world.Kinds[0], Cancelled);
        Assert.Superset(MirrorWorld.After.ToHashSet(), end.Letters.ToHashSet());
        Assert.Empty(end.Leftovers);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Run_TwoRunnersInOneProcess_BothEndWell(string name)
    {
        using var world = await CreateAsync(name);
        var copy = world.Copy("copy");

        await Task.WhenAll(
            Task.Run(() => world.RunAsync(copy, Cancelled), Cancelled),
            Task.Run(() => world.RunAsync(copy, Cancelled), Cancelled));

        await AssertEndAsync(world, copy);
    }

    /// <summary>What waits ends at its time-out, and says for what and for whom; a destination that is free goes on.</summary>
    [Fact]
    public async Task Run_SomebodyKeepsTheLockOfOneDestination_SaysForWhomItWaitedAndTheOtherGoesOn()
    {
        using var world = await MirrorWorld.CreateAsync(BackupMode.Incremental, [StoredKind.Files, StoredKind.Directories], Cancelled);
        var copy = world.Copy("copy");
        var folder = $"xo-vm-backups/{world.Scenario.Vm}";
        var before = await world.ReadAsync(copy, StoredKind.Files, Cancelled);
        await using var other = Remotes.LocalRemote.Open(MirrorWorld.FolderOf(copy, StoredKind.Files));
        await using var held = await other.LockAsync(Remotes.RemotePath.Parse(folder), new Remotes.LockOptions(Reason: "a long merge"), Cancelled);

        var report = await world.TryAsync(MirrorWorld.SourceOf(copy), copy, lockTimeout: TimeSpan.Zero, cancellationToken: Cancelled);

        var (locked, free) = (report.Vms[0].Destinations[0], report.Vms[0].Destinations[1]);
        Assert.Equal(ErrorCodes.Locked, locked.Error?.Code);
        Assert.Matches($@"{folder} of files is locked by .*: {world.Scenario.Vm}\.lock was refreshed \d+\.\d s ago; waited 0 s", locked.Error!.Message);
        Assert.Equal(MirrorOutcome.Succeeded, free.Outcome);
        Assert.Equal(before.Letters, (await world.ReadAsync(copy, StoredKind.Files, Cancelled)).Letters);
        Assert.Equal(MirrorWorld.After, (await world.ReadAsync(copy, StoredKind.Directories, Cancelled)).Letters);
    }

    private static Task<MirrorWorld> CreateAsync(string name) =>
        MirrorWorld.CreateAsync(BackupMode.Incremental, [name == "directories" ? StoredKind.Directories : StoredKind.Files], Cancelled);

    private static async Task AssertEndAsync(MirrorWorld world, string copy)
    {
        var end = await world.ReadAsync(copy, world.Kinds[0], Cancelled);
        Assert.Equal(MirrorWorld.After, end.Letters);
        Assert.Empty(end.Leftovers);
        Assert.Empty(MirrorWorld.LocksOf(copy));
    }
}
