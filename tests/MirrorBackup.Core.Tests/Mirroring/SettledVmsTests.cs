using System.Collections.Immutable;
using System.Text;
using MirrorBackup.Backups;
using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Planning;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Retention;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>A second run with nothing to do looks at the folders and at nothing else, and never where anything may have changed.</summary>
public sealed class SettledVmsTests
{
    private static readonly DateTime s_past = new(2026, 1, 31, 0, 0, 0, DateTimeKind.Utc);

    public static TheoryData<string> Damages => ["header", "cut", "gone", "metadata", "other time"];

    [Fact]
    public async Task Run_NothingToDoAgain_ListsEachFolderOnceAndOpensNothing()
    {
        await using var world = await SettledAsync();
        Clear(world);

        var report = await world.MirrorAsync("dst");

        Assert.Equal(MirrorOutcome.UpToDate, report.Outcome);
        var vm = Assert.Single(report.Vms);
        Assert.Equal((world.Run.Scenario.Vm, (await world.Run.LoadAsync("src")).VmName), (vm.VmId, vm.VmName));
        Assert.Equal(("Bcde", "Bcde"), (vm.Destinations[0].Before, vm.Destinations[0].Planned));
        foreach (var name in (string[])["src", "dst"])
        {
            var below = world.Remote(name).Log.Where(static entry => entry.Path.Value.StartsWith("xo-vm-backups/", StringComparison.Ordinal)).ToArray();
            Assert.All(below, static entry => Assert.Equal(RemoteOperation.List, entry.Operation));
            Assert.Equal(FoldersOf(world, name), below.Select(static entry => entry.Path.Value).Order(StringComparer.Ordinal));
        }

        var elsewhere = world.Remote("dst").Log.Where(static entry => !entry.Path.Value.StartsWith("xo-vm-backups", StringComparison.Ordinal));
        Assert.Equal(
            [".mirrorbackup/settled", "", "", ""],
            elsewhere.Select(static entry => entry.Operation == RemoteOperation.ReadAll ? entry.Path.Parent.Value : entry.Operation.ToString()).OrderDescending(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_NothingToDoAgain_TakesNoLockAndWaitsForNone()
    {
        await using var world = await SettledAsync();
        await using var held = await world.Run.Open("dst").LockAsync(world.Folder, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(MirrorOutcome.UpToDate, (await world.MirrorAsync("dst")).Outcome);
    }

    [Theory]
    [MemberData(nameof(Damages))]
    public async Task Run_DestinationIsAnother_IsReadAndHealed(string damage)
    {
        await using var world = await SettledAsync();
        Change(world, damage);

        var report = await world.MirrorAsync("dst");

        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        Assert.Equal(damage == "other time" ? MirrorOutcome.UpToDate : MirrorOutcome.Succeeded, report.Outcome);
        Assert.Contains(world.Remote("dst").Log, static entry => entry.Path.Name.EndsWith(".vhd", StringComparison.Ordinal) && entry.Operation != RemoteOperation.List);
        await world.AssertHoldsAsync("dst", "BCDE");
    }

    [Theory]
    [InlineData("bat", false)]
    [InlineData("header", false)]
    [InlineData("footer", true)]
    public async Task Run_PartOfADirectoryIsAnother_IsReadAndHealed(string part, bool isGone)
    {
        await using var world = new MirrorFixture();
        var job = world.DirectoryJob(BlockCodec.Gzip, "dir");
        await SettleAsync(world, job, "dir");
        var file = Directory.EnumerateFiles(world.Run.PathOf("dir"), part, SearchOption.AllDirectories).Order(StringComparer.Ordinal).Last();
        if (isGone)
        {
            File.Delete(file);
        }
        else
        {
            File.WriteAllBytes(file, new byte[new FileInfo(file).Length]);
        }

        var report = await world.MirrorAsync(job);

        Assert.Equal(MirrorOutcome.Succeeded, report.Outcome);
        Assert.Equal(["replace"], report.Vms[0].Destinations[0].Steps.Select(static step => step.Kind));
    }

    [Fact]
    public async Task Run_SourceHasLessThanBefore_IsReadAgain()
    {
        await using var world = await SettledAsync();
        var oldest = Directory.EnumerateFiles(Path.Combine(world.Run.PathOf("src"), world.Folder.Value), "*.json").Order(StringComparer.Ordinal).First();
        File.Delete(oldest);
        Clear(world);

        await world.MirrorAsync("dst");

        Assert.Contains(world.Source.Log, static entry => entry.Path.Name.EndsWith(".vhd", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_RetentionIsAnother_DoesWhatItSays()
    {
        await using var world = await SettledAsync();

        var report = await world.MirrorAsync(world.Job(["dst"], retention: 3));

        Assert.Equal(MirrorOutcome.Succeeded, report.Outcome);
        Assert.Equal(3, (await world.Run.LoadAsync("dst")).Points.Length);
    }

    [Fact]
    public async Task Run_ChangedBehindTheTimes_IsFoundByARepair()
    {
        await using var world = await SettledAsync();
        Change(world, "header");
        Age(world, "dst");

        Assert.Equal(MirrorOutcome.UpToDate, (await world.MirrorAsync("dst")).Outcome);
        var report = await world.MirrorAsync(world.Job(["dst"], static job => new MirrorJob(job.Name)
        {
            Source = job.Source,
            Id = job.Id,
            ScheduleId = job.ScheduleId,
            LockTimeout = job.LockTimeout,
            Planning = new PlanningOptions { Repair = true },
        }));

        Assert.Equal(MirrorOutcome.Succeeded, report.Outcome);
    }

    [Fact]
    public async Task Run_FilesAreYoung_NotesNothing()
    {
        await using var world = new MirrorFixture();
        Assert.Equal(MirrorOutcome.Succeeded, (await world.MirrorAsync("dst")).Outcome);
        Age(world, "dst");
        Age(world, "src");
        File.SetLastWriteTimeUtc(Disk(world), world.Time.GetUtcNow().UtcDateTime.AddSeconds(-14));

        Assert.Equal(MirrorOutcome.UpToDate, (await world.MirrorAsync("dst")).Outcome);

        Assert.Null(Noted(world));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[1]")]
    [InlineData("""{"version":2,"vms":{}}""")]
    [InlineData("""{"version":1,"vms":[]}""")]
    [InlineData("""{"version":1,"vms":{"a":{"state":1}}}""")]
    [InlineData("""{"version":1,"vms":{"a":null}}""")]
    public async Task Run_WhatWasNotedCannotBeUnderstood_ReadsAllAndNotesItAnew(string text)
    {
        await using var world = await SettledAsync();
        var good = File.ReadAllBytes(Noted(world)!);
        File.WriteAllText(Noted(world)!, text);
        Clear(world);

        Assert.Equal(MirrorOutcome.UpToDate, (await world.MirrorAsync("dst")).Outcome);

        Assert.Contains(world.Remote("dst").Log, static entry => entry.Path.Name.EndsWith(".vhd", StringComparison.Ordinal));
        Assert.Equal(good, File.ReadAllBytes(Noted(world)!));
    }

    [Fact]
    public async Task Run_NoteCannotBeWritten_IsUpToDateAllTheSame()
    {
        await using var world = new MirrorFixture();
        await world.MirrorAsync("dst");
        Age(world, "dst");
        Age(world, "src");
        world.Remote("dst").FailAt(RemoteOperation.WriteAll, ".mirrorbackup/settled");

        Assert.Equal(MirrorOutcome.UpToDate, (await world.MirrorAsync("dst")).Outcome);
        Assert.Null(Noted(world));
    }

    [Fact]
    public async Task Run_DestinationIsEncrypted_NotesItUnreadablyAndFindsItAgain()
    {
        await using var world = new MirrorFixture();
        using var key = EncryptionKey.FromText(GoldenData.EncryptionKey);
        var storage = LocalRemote.Open(Directory.CreateDirectory(world.Run.PathOf("dst2")).FullName);
        await using var encrypted = await RepositoryEncryption.OpenAsync(storage, key, null, TestContext.Current.CancellationToken);
        var job = world.DirectoryJob(BlockCodec.Brotli);
        job.Destinations.Add(new MirrorDestination(encrypted, RetentionPolicy.KeepLast(4)) { Form = StorageForm.VhdDirectory(BlockCodec.Brotli) });
        await SettleAsync(world, job, "dst2");
        world.Source.Log.Clear();

        var report = await world.MirrorAsync(job);

        Assert.Equal(MirrorOutcome.UpToDate, report.Outcome);
        Assert.DoesNotContain(world.Source.Log, static entry => entry.Path.Name.EndsWith(".vhd", StringComparison.Ordinal));
        var note = File.ReadAllBytes(Assert.Single(Directory.GetFiles(Path.Combine(world.Run.PathOf("dst2"), ".mirrorbackup/settled"))));
        Assert.Equal(-1, note.AsSpan().IndexOf(Encoding.UTF8.GetBytes(world.Run.Scenario.Vm)));
    }

    [Fact]
    public async Task Run_OneOfTwoDestinationsIsAnother_IsReadAtBoth()
    {
        await using var world = new MirrorFixture();
        world.Copy("copy");
        await SettleAsync(world, world.Job(["dst", "copy"]), "dst", "copy");
        Change(world, "gone");

        var report = await world.MirrorAsync("dst", "copy");

        Assert.Equal([MirrorOutcome.Succeeded, MirrorOutcome.UpToDate], report.Vms[0].Destinations.Select(static destination => destination.Outcome));
        await world.AssertHoldsAsync("dst", "BCDE");
        await world.AssertHoldsAsync("copy", "BCDE");
    }

    [Fact]
    public async Task Run_DestinationHangsAtTheFirstLook_FailsAndTheOtherGoesOn()
    {
        await using var world = new MirrorFixture();
        world.Copy("copy");
        _ = world.Remote("dst").HangAt(RemoteOperation.List, world.Folder.Value);
        _ = world.Remote("dst").HangAt(RemoteOperation.List, world.Folder.Value, nth: 2);

        var run = world.MirrorAsync("dst", "copy");
        await world.PassAsync(run);
        var report = await run;

        Assert.Equal([MirrorOutcome.Failed, MirrorOutcome.Succeeded], report.Vms[0].Destinations.Select(static destination => destination.Outcome));
    }

    // A plan that depends on a setting which is not part of what is compared would be skipped after that was changed.
    [Fact]
    public void Settings_EveryPropertyOfAJob_IsKnownToMatterOrNot()
    {
        Assert.Equal(
            [
                "CheckLastTransferred", "Concurrency", "Destinations", "Digest", "Filter", "Id", "KnownScheduleIds", "LockTimeout", "MaxBytesPerSecond",
                "Mode", "Name", "PassThroughCheck", "Planning", "Retries", "ScheduleId", "Scope", "Source", "SourceLocking", "StallTimeout", "VerifyDestinations",
            ],
            NamesOf<MirrorJob>());
        Assert.Equal(["Form", "Name", "Remote", "Retention"], NamesOf<MirrorDestination>());
        Assert.Equal(["ExcludeTags", "IncludeTags", "VmIds"], NamesOf<VmFilter>());
        Assert.Equal(["Chain", "JobId", "KnownScheduleIds", "Name", "Profile", "Retention", "ScheduleId", "Scope"], NamesOf<DestinationRequest>());
    }

    [Fact]
    public void Settings_AnyThatAPlanDependsOnIsAnother_GiveAnotherHash()
    {
        var request = new DestinationRequest { Name = "a", Chain = Chain(BackupMode.Incremental), Retention = RetentionPolicy.KeepLast(3), JobId = "job" };
        var zone = TimeZoneInfo.Utc;
        string[] hashes =
        [
            Hash(request),
            Hash(request with { Name = "b" }),
            Hash(request with { Chain = Chain(BackupMode.Full) }),
            Hash(request with { Retention = RetentionPolicy.KeepLast(4) }),
            Hash(request with { Retention = RetentionPolicy.KeepLast(3).Daily(2).In(zone) }),
            Hash(request with { JobId = "other" }),
            Hash(request with { ScheduleId = "s" }),
            Hash(request with { KnownScheduleIds = ["s"] }),
            Hash(request with { Scope = RetentionScope.WholeVm }),
            Hash(request with { Profile = new DestinationProfile { Form = StorageForm.VhdDirectory(BlockCodec.Gzip) } }),
            Hash(request with { Profile = new DestinationProfile { EncryptionFingerprint = "k" } }),
            Hash(request, encryption: "k"),
            Hash(request, filter: VmFilter.All with { VmIds = ["v"] }),
            Hash(request, filter: VmFilter.All with { IncludeTags = ["v"] }),
            Hash(request, filter: VmFilter.All with { ExcludeTags = ["v"] }),
            Hash(request, new PlanningOptions { SkipSuperseded = false }),
            Hash(request, new PlanningOptions { DeleteFirst = true }),
            Hash(request, new PlanningOptions { MaxRetireCount = 1 }),
            Hash(request, new PlanningOptions { AllowSyntheticKeys = false }),
        ];

        Assert.Equal(hashes.Length, hashes.Distinct().Count());
        Assert.Equal(hashes[0], Hash(request with { Profile = new DestinationProfile { FreeBytes = 7 } }));
    }

    private static string Hash(DestinationRequest request, PlanningOptions? options = null, string? encryption = null, VmFilter? filter = null) =>
        PlanFingerprint.OfSettings(options ?? new PlanningOptions(), encryption, filter ?? VmFilter.All, request);

    private static ChainDraft Chain(BackupMode mode) => new("vm", mode, [], [], [], [], []);

    private static ImmutableArray<string> NamesOf<T>() => [.. typeof(T).GetProperties().Where(static property => !property.GetMethod!.IsStatic).Select(static property => property.Name).Order(StringComparer.Ordinal)];

    // A run that sends, one that finds nothing to do and notes it, on files that are old by then.
    private static async Task<MirrorFixture> SettledAsync()
    {
        var world = new MirrorFixture();
        await SettleAsync(world, world.Job(["dst"]), "dst");
        Assert.NotNull(Noted(world));
        return world;
    }

    private static async Task SettleAsync(MirrorFixture world, MirrorJob job, params string[] destinations)
    {
        Assert.Equal(MirrorOutcome.Succeeded, (await world.MirrorAsync(job)).Outcome);
        Age(world, "src");
        foreach (var name in destinations)
        {
            Age(world, name);
        }

        Assert.Equal(MirrorOutcome.UpToDate, (await world.MirrorAsync(job)).Outcome);
    }

    private static void Change(MirrorFixture world, string how)
    {
        var disk = Disk(world);
        switch (how)
        {
            case "header":
                using (var file = File.OpenWrite(disk))
                {
                    file.Seek(600, SeekOrigin.Begin);
                    file.Write(Encoding.ASCII.GetBytes("another header"));
                }

                break;
            case "cut":
                using (var file = File.OpenWrite(disk))
                {
                    file.SetLength(file.Length - 512);
                }

                break;
            case "gone":
                File.Delete(disk);
                break;
            case "metadata":
                File.Delete(Directory.EnumerateFiles(Path.Combine(world.Run.PathOf("dst"), world.Folder.Value), "*.json").Order(StringComparer.Ordinal).Last());
                break;
            default:
                File.SetLastWriteTimeUtc(disk, s_past.AddTicks(1));
                break;
        }
    }

    private static string Disk(MirrorFixture world) =>
        Directory.EnumerateFiles(world.Run.PathOf("dst"), "*.vhd", SearchOption.AllDirectories).OrderBy(Path.GetFileName, StringComparer.Ordinal).Last();

    private static string? Noted(MirrorFixture world)
    {
        var folder = Path.Combine(world.Run.PathOf("dst"), ".mirrorbackup/settled");
        return Directory.Exists(folder) ? Assert.Single(Directory.GetFiles(folder)) : null;
    }

    private static void Age(MirrorFixture world, string name)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(world.Run.PathOf(name), "*", SearchOption.AllDirectories))
        {
            if (Directory.Exists(path))
            {
                Directory.SetLastWriteTimeUtc(path, s_past);
            }
            else
            {
                File.SetLastWriteTimeUtc(path, s_past);
            }
        }
    }

    private static IEnumerable<string> FoldersOf(MirrorFixture world, string name)
    {
        var root = world.Run.PathOf(name);
        var folder = Path.Combine(root, world.Folder.Value);
        return Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories).Append(folder).Select(path => Path.GetRelativePath(root, path)).Order(StringComparer.Ordinal);
    }

    private static void Clear(MirrorFixture world)
    {
        world.Source.Log.Clear();
        world.Remote("dst").Log.Clear();
    }
}
