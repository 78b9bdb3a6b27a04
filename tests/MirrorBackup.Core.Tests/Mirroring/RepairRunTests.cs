using MirrorBackup.Mirroring;
using MirrorBackup.Planning;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>Damage below the newest point in common: nothing without a repair; with one everything as it was, and rest.</summary>
public sealed class RepairRunTests
{
    [Theory]
    [InlineData("file", 0, "gone")]
    [InlineData("file", 1, "gone")]
    [InlineData("file", 2, "empty")]
    [InlineData("file", 3, "blank")]
    [InlineData("file", 5, "cut")]
    [InlineData("directory", 1, "table gone")]
    [InlineData("directory gzip", 0, "gone")]
    [InlineData("directory brotli", 4, "data gone")]
    [InlineData("directory brotli", 3, "empty")]
    [InlineData("chacha20", 0, "flipped")]
    [InlineData("chacha20", 1, "data gone")]
    [InlineData("aes-gcm", 5, "gone")]
    public Task Run_DiskDoesNotOpen_IsHealedByARepairOnly(string form, int point, string damage) => AssertHealedAsync(form, point, damage);

    [Theory]
    [InlineData("file", 0, "gone")]
    [InlineData("file", 1, "cut")]
    [InlineData("chacha20", 0, "cut")]
    [InlineData("chacha20", 1, "flipped")]
    [InlineData("aes-gcm", 1, "gone")]
    public Task Run_ArchiveDoesNotOpen_IsHealedByARepairOnly(string form, int point, string damage) => AssertHealedAsync(form, point, damage, isFull: true);

    [Theory]
    [InlineData("directory", 1, "block gone")]
    [InlineData("directory gzip", 0, "block flipped")]
    [InlineData("directory brotli", 3, "block cut")]
    [InlineData("chacha20", 1, "block flipped")]
    [InlineData("aes-gcm", 0, "block gone")]
    public Task Run_BlockOfADiskCannotBeRead_IsHealedOnceTheDestinationWasRead(string form, int point, string damage) =>
        AssertHealedAsync(form, point, damage, deep: true);

    [Fact]
    public Task Run_ByteOfAnArchiveIsAnother_IsHealedOnceTheDestinationWasRead() => AssertHealedAsync("file", 1, "flipped", isFull: true, deep: true);

    [Fact]
    public async Task Run_NewestChainHasABlockThatCannotBeRead_IsHealedWithoutARepairOnceTheDestinationWasRead()
    {
        await using var world = await RepairWorld.MirroredAsync("chacha20");
        await world.DamageAsync(7, "block flipped");

        Assert.Equal(MirrorOutcome.UpToDate, (await world.MirrorAsync()).Outcome);
        var report = await world.MirrorAsync(deep: true);

        Assert.Equal(["replace"], Steps(report));
        Assert.Contains("cannot be read whole", Assert.Single(report.Vms[0].Destinations[0].Warnings), StringComparison.Ordinal);
        await world.AssertWholeAsync();
    }

    [Fact]
    public async Task Run_SeveralDisksAreDamaged_AreAllHealedInOneRun()
    {
        await using var world = await RepairWorld.MirroredAsync("directory gzip");
        await world.DamageAsync(0, "block gone");
        await world.DamageAsync(2, "gone");
        await world.DamageAsync(4, "table gone");

        var report = await world.MirrorAsync(repair: true, deep: true);

        Assert.Equal(["replace", "replace", "replace"], Steps(report));
        await world.AssertWholeAsync();
    }

    [Theory]
    [InlineData(RemoteOperation.Create)]
    [InlineData(RemoteOperation.Write)]
    [InlineData(RemoteOperation.Commit)]
    public async Task Run_RepairIsCutOff_LeavesWhatWasThereAndTheNextOneHeals(RemoteOperation operation)
    {
        await using var world = await RepairWorld.MirroredAsync("file");
        await world.DamageAsync(1, "cut");
        var before = Disks(world);
        world.Destination.FailAt(operation, ".vhd");

        Assert.Equal(MirrorOutcome.Failed, (await world.MirrorAsync(repair: true)).Outcome);
        Assert.Equal(before, Disks(world));
        Assert.Equal("AB!c!DefgH", await world.LettersAsync());

        world.Destination.Heal();
        Assert.Equal(["replace"], Steps(await world.MirrorAsync(repair: true)));
        await world.AssertWholeAsync();
    }

    // The real engine wrote it: A, b and c became one, which is a key. The source still has all three.
    [Fact]
    public async Task Run_MergedKeyOfTheRealEngineIsGone_IsMadeAgainOfWhatTheSourceHas()
    {
        await using var world = new MirrorFixture("new-key-middle", 2);
        var disk = (await world.Run.LoadAsync("dst")).Points[0].Point.Disks[0].Path;
        File.Delete(Path.Combine(world.Run.PathOf("dst"), world.Folder.Value, disk));

        var report = await world.MirrorAsync(world.Job(["dst"], Repairing, retention: 9));

        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        Assert.Equal(["replace", "transfer"], Steps(report));
        await world.AssertHoldsAsync("dst", "CDEFG");
        Assert.Equal(MirrorOutcome.UpToDate, (await world.MirrorAsync(world.Job(["dst"], Repairing, retention: 9))).Outcome);
    }

    [Fact]
    public async Task Run_SourceHasTheBrokenArchiveNoMore_IsIncompleteAndSaysWhich()
    {
        await using var world = new MirrorFixture("doc-full", 4);
        var archive = (await world.Run.LoadAsync("dst")).Points[1].Point.Disks[0].Path;
        File.Delete(Path.Combine(world.Run.PathOf("dst"), world.Folder.Value, archive));

        var report = await world.MirrorAsync(world.Job(["dst"], Repairing, retention: 9));

        Assert.Equal(MirrorOutcome.Incomplete, report.Outcome);
        var conflict = Assert.Single(report.Vms[0].Destinations[0].Conflicts);
        Assert.StartsWith($"{archive}: it is not there on dst, and the source has no backup", conflict, StringComparison.Ordinal);
        Assert.Equal("BCDEIJK", await world.Run.LettersOfAsync("dst"));
        await world.Run.AssertContentAsync("dst", "c");
    }

    [Fact]
    public async Task Run_DestinationHangsWhileItIsRead_LeavesAfterTheStallTimeoutAndTheOtherGoesOn()
    {
        await using var world = new MirrorFixture("doc-full", 3);
        world.Copy("copy");
        _ = world.Remote("dst").HangAt(RemoteOperation.Read, ".xva", nth: 9);

        var run = world.MirrorAsync(world.Job(["dst", "copy"], static job => new MirrorJob(job.Name)
        {
            Source = job.Source,
            Id = job.Id,
            ScheduleId = job.ScheduleId,
            Mode = job.Mode,
            LockTimeout = job.LockTimeout,
            VerifyDestinations = true,
        }));
        await world.PassAsync(run);
        var report = await run;

        Assert.Equal([MirrorOutcome.Failed, MirrorOutcome.Succeeded], report.Vms[0].Destinations.Select(static destination => destination.Outcome));
        Assert.Equal(ErrorCodes.RemoteUnavailable, report.Vms[0].Destinations[0].Error!.Code);
        await world.AssertHoldsAsync("copy", "BCDE");
    }

    private static async Task AssertHealedAsync(string form, int point, string damage, bool isFull = false, bool deep = false)
    {
        await using var world = await RepairWorld.MirroredAsync(form, isFull);
        await world.DamageAsync(point, damage);

        Assert.Equal(deep, (await world.PlanAsync(repair: true)).IsEmpty);
        Assert.Equal(MirrorOutcome.UpToDate, (await world.MirrorAsync()).Outcome);
        var plan = await world.PlanAsync(repair: true, deep);
        Assert.Equal(StepReasonKind.Repair, Assert.IsType<ReplaceStep>(Assert.Single(plan.Steps)).Reason.Kind);

        var report = await world.MirrorAsync(repair: true, deep);

        Assert.True(report.Outcome == MirrorOutcome.Succeeded, MirrorReportJson.Write(report));
        Assert.Equal(["replace"], Steps(report));
        Assert.Equal(isFull ? "CDE" : "AbcDefgH", await world.LettersAsync());
        await world.AssertWholeAsync();
        Assert.Empty((await world.PlanAsync(repair: true, deep)).Steps);
        Assert.Equal(MirrorOutcome.UpToDate, (await world.MirrorAsync(repair: true, deep)).Outcome);
    }

    private static MirrorJob Repairing(MirrorJob job) => new(job.Name)
    {
        Source = job.Source,
        Id = job.Id,
        ScheduleId = job.ScheduleId,
        Mode = job.Mode,
        LockTimeout = job.LockTimeout,
        Planning = new PlanningOptions { Repair = true },
    };

    private static string[] Steps(MirrorReport report) => [.. report.Vms[0].Destinations[0].Steps.Select(static step => step.Kind)];

    private static string[] Disks(RepairWorld world) =>
    [
        .. Directory.EnumerateFiles(world.Root, "*", SearchOption.AllDirectories)
            .Where(static file => file.EndsWith(".vhd", StringComparison.Ordinal) || file.EndsWith(".json", StringComparison.Ordinal))
            .Where(static file => !Path.GetFileName(file).StartsWith('.'))
            .Select(static file => $"{file} {Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(File.ReadAllBytes(file)))}")
            .Order(StringComparer.Ordinal),
    ];
}
