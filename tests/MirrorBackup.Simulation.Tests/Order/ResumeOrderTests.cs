using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Testing.Simulation;
using MirrorBackup.Vhd.Directories;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Simulation.Tests.Order;

/// <summary>The order of changes, as in <see cref="WriteOrderTests"/>, of merges that are taken up.</summary>
public sealed class ResumeOrderTests
{
    private readonly DiskFolderWorld _world = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Cut off before its footer is there, which leaves a temporary file; and as Xen Orchestra ends it, which keeps the header of the smaller disk.</summary>
    [Theory]
    [InlineData("cut-off", "footer", false)]
    [InlineData("smaller-header", "20260102T000000Z.alias.vhd", true)]
    public async Task Resume_OfADirectoryMerge_ChangesItInTheWrittenOrder(string name, string cut, bool hasFormerHeader)
    {
        string[] chain = ["20260101T000000Z.alias.vhd", "20260102T000000Z.alias.vhd"];
        SimulatedDisk? crashed = null;
        byte[] header = [];
        RemotePath headerPath;
        await using (var remote = _world.Open())
        {
            await using (var vmLock = await remote.LockAsync(DiskFolderWorld.Vm, default, Cancelled))
            {
                await DiskFolderWorld.WriteDirectoryAsync(remote, vmLock, chain[0], null, 8, [0, 1]);
                await DiskFolderWorld.WriteDirectoryAsync(remote, vmLock, chain[1], chain[0], 16, [1, 7]);
            }

            headerPath = VhdDirectoryLayout.Header((await VhdDirectory.OpenAsync(remote, DiskFolderWorld.Folder / chain[0], Cancelled)).DataPath);
            header = await remote.ReadAllAsync(headerPath, 1 << 20, Cancelled);
            _world.Disk.BeforeOperation = operation => crashed ??= operation.Kind == DiskOperationKind.Rename && operation.Target.Name == cut ? _world.Disk.Crash(CrashOutcome.Kept) : null;
            await VhdMerge.RunAsync(remote, DiskFolderWorld.Folder, chain, null, Cancelled);
        }

        Assert.NotNull(crashed);
        var world = new DiskFolderWorld { Disk = crashed };
        await using var next = world.Open();
        if (hasFormerHeader)
        {
            await next.WriteAllAsync(headerPath, header, default, Cancelled);
        }

        await using var nextLock = await next.LockAsync(DiskFolderWorld.Vm, default, Cancelled);
        world.Start();

        await VhdMerge.ResumeAsync(next, DiskFolderWorld.Folder, MergeStateName.For(chain[0]), file => file == chain[1], new VhdMergeOptions { EnsureLockHeld = nextLock.EnsureHeldAsync }, Cancelled);

        ApprovedOrder.Matches("resume-directory-" + name, world.Order.Finish());
    }

    [Fact]
    public async Task Resume_OfAMergeWhoseDisksAreGone_LooksAtTheLockBeforeItRemovesTheState()
    {
        await using var remote = _world.Open();
        await using var vmLock = await remote.LockAsync(DiskFolderWorld.Vm, default, Cancelled);
        const string Ancestor = "20260101T000000Z.vhd";
        var state = MergeState.Empty with { Chain = [Ancestor, "20260102T000000Z.vhd"] };
        await remote.WriteAllAsync(DiskFolderWorld.Folder / MergeStateName.For(Ancestor), state.ToJson(), default, Cancelled);
        _world.Start();

        await VhdMerge.ResumeAsync(remote, DiskFolderWorld.Folder, MergeStateName.For(Ancestor), static _ => false, new VhdMergeOptions { EnsureLockHeld = vmLock.EnsureHeldAsync }, Cancelled);

        ApprovedOrder.Matches("resume-leftover", _world.Order.Finish());
    }

    /// <summary>Xen Orchestra moves blocks as they are, whatever their compression.</summary>
    [Fact]
    public async Task Resume_WithABlockInAnotherCompression_LooksAtTheLockBeforeItIsMended()
    {
        await using var remote = _world.Open();
        await using var vmLock = await remote.LockAsync(DiskFolderWorld.Vm, default, Cancelled);
        string[] chain = ["20260101T000000Z.alias.vhd", "20260102T000000Z.alias.vhd"];
        await DiskFolderWorld.WriteDirectoryAsync(remote, vmLock, chain[0], null, 8, [0, 1]);
        await DiskFolderWorld.WriteDirectoryAsync(remote, vmLock, chain[1], chain[0], 8, [1, 2], BlockCodec.Gzip);
        var stopped = new VhdMergeOptions { EnsureLockHeld = vmLock.EnsureHeldAsync, Progress = new Stopping() };
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await VhdMerge.RunAsync(remote, DiskFolderWorld.Folder, chain, stopped with { MovesPerRecord = 1 }, Cancelled));
        var former = await VhdDirectory.OpenAsync(remote, DiskFolderWorld.Folder / chain[0], Cancelled);
        var newest = await VhdDirectory.OpenAsync(remote, DiskFolderWorld.Folder / chain[1], Cancelled);
        await remote.MoveAsync(VhdDirectoryLayout.Block(newest.DataPath, 2), VhdDirectoryLayout.Block(former.DataPath, 2), cancellationToken: Cancelled);
        _world.Start();

        await VhdMerge.ResumeAsync(remote, DiskFolderWorld.Folder, MergeStateName.For(chain[0]), file => file == chain[1], stopped with { Progress = null }, Cancelled);

        ApprovedOrder.Matches("resume-other-compression", _world.Order.Finish());
    }

    private sealed class Stopping : IProgress<long>
    {
        public void Report(long value) => throw new OperationCanceledException();
    }
}
