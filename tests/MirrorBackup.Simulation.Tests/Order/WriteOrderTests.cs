using MirrorBackup.Repositories;
using MirrorBackup.Repositories.Cleaning;
using MirrorBackup.Simulation.Tests.World;

namespace MirrorBackup.Simulation.Tests.Order;

/// <summary>
/// The order in which a destination is changed, as a text: data durable, then disks visible, then metadata, then the cache; the lock looked at before each.
/// The texts beside this file are the promise; <c>UPDATE_SNAPSHOTS=1</c> writes them anew after a deliberate change.
/// </summary>
public sealed class WriteOrderTests
{
    [Theory]
    [InlineData("doc-delta", 4)]
    [InlineData("doc-delta-vhddir", 4)]
    [InlineData("doc-full", 4)]
    [InlineData("disk-resized", 2)]
    [InlineData("ret-1", 2)]
    [InlineData("interrupted-transfer", 2)]
    [InlineData("interrupted-merge-dir-blocks", 4)]
    [InlineData("interrupted-merge-dir-cleanup", 4)]
    [InlineData("interrupted-merge-file-after-rename", 4)]
    [InlineData("interrupted-merge-file-blocks", 4)]
    [InlineData("interrupted-merge-file-cleanup", 4)]
    public async Task Run_OfAJob_ChangesTheDestinationInTheWrittenOrder(string scenario, int step)
    {
        var setting = new Setting(scenario, step);
        var clock = JobRun.ClockOf(0);
        var disk = setting.Load(clock);
        var order = new WriteOrder(setting.Folder);
        disk.BeforeOperation = order.Add;

        var report = await new JobRun(setting, new DestinationReader(setting, new Truth(setting))).RunAsync(disk, clock, order.Watch);

        Assert.True(report.IsSuccess);
        ApprovedOrder.Matches($"{scenario}-{step}", order.Finish());
    }

    [Theory]
    [InlineData("interrupted-merge-dir-blocks", 4)]
    [InlineData("interrupted-merge-file-blocks", 4)]
    [InlineData("interrupted-transfer", 2)]
    public async Task Clean_WithRepair_ChangesTheRepositoryInTheWrittenOrder(string scenario, int step)
    {
        var setting = new Setting(scenario, step);
        var clock = JobRun.ClockOf(0);
        var disk = setting.Load(clock);
        var order = new WriteOrder(setting.Folder);
        await using var remote = order.Watch("dst", await setting.OpenAsync(disk, "dst", clock));
        var repository = await BackupRepository.OpenAsync(remote, null, TestContext.Current.CancellationToken);
        disk.BeforeOperation = order.Add;

        await repository.CleanAsync(new CleaningOptions { Repair = true }, null, TestContext.Current.CancellationToken);

        ApprovedOrder.Matches($"clean-{scenario}-{step}", order.Finish());
    }
}
