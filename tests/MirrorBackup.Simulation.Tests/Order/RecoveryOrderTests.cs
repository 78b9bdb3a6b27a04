using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Repositories.Cleaning;
using MirrorBackup.Simulation.Tests.World;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.Order;

/// <summary>The order of changes, as in <see cref="WriteOrderTests"/>, of what comes after a crash: the next run, or a cleaning.</summary>
public sealed class RecoveryOrderTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>The crash comes before the first operation whose text ends, apart from temporary names, as given.</summary>
    public static TheoryData<string, int, string, string, string?> Crashes => new()
    {
        { "doc-delta", 4, "Rename", ".merge.json", null },
        { "doc-delta", 4, "SetLength", ".vhd", null },
        { "doc-delta", 4, "Rename", "20260109T010000Z.vhd", null },
        { "doc-delta", 4, "Unlink", "20260107T010000Z.vhd", null },
        { "doc-delta", 4, "Unlink", "cache.json.gz", null },
        { "doc-delta-vhddir", 4, "Rename", "20260113T010000Z.alias.vhd", null },
        { "doc-delta-vhddir", 4, "Rename", "20260113T010000Z.alias.vhd", "last 2" },
        { "doc-delta-vhddir", 4, "Rename", "20260109T010000Z.alias.vhd", null },
        { "doc-delta-vhddir", 4, "Unlink", "20260107T010000Z.alias.vhd", null },
        { "doc-full", 4, "Rename", "20260113T010000Z.xva", null },
    };

    [Theory]
    [MemberData(nameof(Crashes))]
    public async Task NextRun_AfterACrash_ChangesTheDestinationInTheWrittenOrder(string scenario, int step, string kind, string path, string? policy)
    {
        var disk = await CrashAsync(new Setting(scenario, step), kind, path);
        var setting = new Setting(scenario, step, policy);
        var order = new WriteOrder(setting.Folder);
        disk.BeforeOperation = order.Add;

        await Job(setting).RunAsync(disk, JobRun.ClockOf(1), order.Watch);

        ApprovedOrder.Matches($"next-{scenario}-{step}-{kind}-{path.TrimStart('.')}{policy?.Replace(' ', '-')}", order.Finish());
    }

    [Theory]
    [InlineData("doc-delta", 4, "Rename", ".merge.json")]
    [InlineData("doc-delta", 4, "Unlink", "cache.json.gz")]
    [InlineData("doc-delta", 4, "Unlink", "20260107T010000Z.vhd")]
    [InlineData("doc-delta-vhddir", 4, "Rename", "20260113T010000Z.alias.vhd")]
    [InlineData("doc-delta-vhddir", 4, "Unlink", "20260107T010000Z.alias.vhd")]
    [InlineData("doc-full", 4, "Rename", "20260113T010000Z.json")]
    public async Task Clean_AfterACrash_ChangesTheRepositoryInTheWrittenOrder(string scenario, int step, string kind, string path)
    {
        var setting = new Setting(scenario, step);
        var disk = await CrashAsync(setting, kind, path);

        ApprovedOrder.Matches($"clean-{scenario}-{step}-{kind}-{path.TrimStart('.')}", await CleanAsync(setting, disk));
    }

    [Fact]
    public async Task Clean_OfABrokenAlias_ChangesTheRepositoryInTheWrittenOrder()
    {
        var setting = new Setting("doc-delta-vhddir", 4);
        var disk = setting.Load(JobRun.ClockOf(0));
        await using (var remote = await setting.OpenAsync(disk, "dst", JobRun.ClockOf(0)))
        {
            var repository = await BackupRepository.OpenAsync(remote, null, Cancelled);
            var newest = (await repository.LoadAsync(setting.Vm, Cancelled)).Points[^1].Point.Disks[0].Path;
            await remote.WriteAllAsync(setting.Folder / newest, "?"u8.ToArray(), default, Cancelled);
        }

        ApprovedOrder.Matches("clean-broken-alias", await CleanAsync(setting, disk));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task NextRunOrClean_OfATransferThatNobodyWants_LooksAtTheLockBeforeItDiscards(bool cleans)
    {
        var setting = new Setting("doc-delta", 4);
        var disk = setting.Load(JobRun.ClockOf(0));
        await using (var remote = await setting.OpenAsync(disk, "dst", JobRun.ClockOf(0)))
        {
            await remote.WriteAllAsync(RemotePath.Parse($".mirrorbackup/transfers/{setting.Vm}/0123456789abcdef0123456789abcdef.json"), "{}"u8.ToArray(), default, Cancelled);
        }

        var order = new WriteOrder(setting.Folder);
        if (!cleans)
        {
            disk.BeforeOperation = order.Add;
            await Job(setting).RunAsync(disk, JobRun.ClockOf(1), order.Watch);
        }

        ApprovedOrder.Matches(cleans ? "clean-unwanted-transfer" : "next-unwanted-transfer", cleans ? await CleanAsync(setting, disk) : order.Finish());
    }

    private static JobRun Job(Setting setting) => new(setting, new DestinationReader(setting, new Truth(setting)));

    private static async Task<string> CleanAsync(Setting setting, SimulatedDisk disk)
    {
        var order = new WriteOrder(setting.Folder);
        await using var remote = order.Watch("dst", await setting.OpenAsync(disk, "dst", JobRun.ClockOf(1)));
        var repository = await BackupRepository.OpenAsync(remote, null, Cancelled);
        disk.BeforeOperation = order.Add;
        await repository.CleanAsync(new CleaningOptions { Repair = true, MinimumAge = TimeSpan.Zero }, null, Cancelled);
        return order.Finish();
    }

    private static async Task<SimulatedDisk> CrashAsync(Setting setting, string kind, string path)
    {
        var disk = setting.Load(JobRun.ClockOf(0));
        SimulatedDisk? crashed = null;
        disk.BeforeOperation = operation =>
        {
            var changed = operation.Kind == DiskOperationKind.Rename ? operation.Target : operation.Path;
            if (crashed is null && changed.Value.StartsWith("dst/", StringComparison.Ordinal) && operation.Kind.ToString() == kind && changed.Name.EndsWith(path, StringComparison.Ordinal))
            {
                crashed = disk.Crash(CrashOutcome.Kept, JobRun.ClockOf(1));
            }
        };
        await Job(setting).RunAsync(disk, JobRun.ClockOf(0));
        Assert.NotNull(crashed);
        return crashed;
    }
}
