using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Simulation.Tests.Order;

/// <summary>The order of changes, as in <see cref="WriteOrderTests"/>, of single disks: what no golden scenario has.</summary>
public sealed class DiskOrderTests
{
    private readonly DiskFolderWorld _world = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Transfer_ThatIsRecorded_FlushesBlocksBeforeTheRecord()
    {
        await using var remote = _world.Open();
        await using var vmLock = await remote.LockAsync(DiskFolderWorld.Vm, default, Cancelled);
        _world.Start();

        await DiskFolderWorld.WriteDirectoryAsync(remote, vmLock, "20260101T000000Z.alias.vhd", null, 8, [0, 1, 2]);

        ApprovedOrder.Matches("transfer-recorded", _world.Order.Finish());
    }

    [Fact]
    public async Task Transfer_ThatIsAborted_LooksAtTheLockBeforeItRemoves()
    {
        await using var remote = _world.Open();
        await using var vmLock = await remote.LockAsync(DiskFolderWorld.Vm, default, Cancelled);
        _world.Start();

        await using (var writer = await DiskFolderWorld.CreateDirectoryAsync(remote, vmLock, "20260101T000000Z.alias.vhd", null, 8, [0, 1, 2]))
        {
            await writer.WriteBlockAsync(0, DiskFolderWorld.Block, Cancelled);
        }

        ApprovedOrder.Matches("transfer-aborted", _world.Order.Finish());
    }

    [Theory]
    [InlineData("grows", true, 8, 16)]
    [InlineData("shrinks", true, 16, 7)]
    [InlineData("grows", false, 8, 16)]
    [InlineData("table-grows", false, 8, 2048)]
    public async Task Merge_OfADiskOfAnotherSize_ChangesItInTheWrittenOrder(string name, bool isDirectory, int size, int newSize)
    {
        await using var remote = _world.Open();
        await using var vmLock = await remote.LockAsync(DiskFolderWorld.Vm, default, Cancelled);
        var ending = isDirectory ? ".alias.vhd" : ".vhd";
        string[] chain = ["20260101T000000Z" + ending, "20260102T000000Z" + ending];
        int[][] blocks = [[.. Enumerable.Range(0, size / 2)], [0, 1, (newSize + 1) / 2 - 1]];
        if (isDirectory)
        {
            await DiskFolderWorld.WriteDirectoryAsync(remote, vmLock, chain[0], null, size, blocks[0]);
            await DiskFolderWorld.WriteDirectoryAsync(remote, vmLock, chain[1], chain[0], newSize, blocks[1]);
        }
        else
        {
            await DiskFolderWorld.WriteFileAsync(remote, chain[0], null, size, blocks[0]);
            await DiskFolderWorld.WriteFileAsync(remote, chain[1], chain[0], newSize, blocks[1]);
        }

        _world.Start();

        await VhdMerge.RunAsync(remote, DiskFolderWorld.Folder, chain, new VhdMergeOptions { EnsureLockHeld = vmLock.EnsureHeldAsync, BlocksPerRecord = 2, MovesPerRecord = 2 }, Cancelled);

        ApprovedOrder.Matches($"merge-{(isDirectory ? "directory" : "file")}-{name}", _world.Order.Finish());
    }

    [Fact]
    public async Task Move_OfAFileThatWasNotFlushed_FlushesItBeforeTheNewName()
    {
        await using var remote = _world.Open();
        var path = DiskFolderWorld.Folder / "a.vhd";
        _world.Start();

        await remote.WriteAllAsync(path, DiskFolderWorld.Block, new WriteOptions(WriteGrade.Stage), Cancelled);
        await remote.MoveAsync(path, DiskFolderWorld.Folder / "b.vhd", cancellationToken: Cancelled);

        ApprovedOrder.Matches("move-staged", _world.Order.Finish());
    }

    /// <summary>Xen Orchestra marks the sectors that it wrote; we write whole blocks.</summary>
    [Fact]
    public async Task Merge_OverABlockThatLacksSectors_WritesTheBitmapLast()
    {
        await using var remote = _world.Open();
        await using var vmLock = await remote.LockAsync(DiskFolderWorld.Vm, default, Cancelled);
        string[] chain = ["20260101T000000Z.vhd", "20260102T000000Z.vhd"];
        await DiskFolderWorld.WriteFileAsync(remote, chain[0], null, 8, [0]);
        await DiskFolderWorld.WriteFileAsync(remote, chain[1], chain[0], 8, [0]);
        await using (var file = await remote.OpenForUpdateAsync(DiskFolderWorld.Folder / chain[0], Cancelled))
        {
            await file.WriteAsync(2048, new byte[] { 0x7F }, Cancelled); // the bitmap of the block, behind footer, header and table
        }

        _world.Start();

        await VhdMerge.RunAsync(remote, DiskFolderWorld.Folder, chain, new VhdMergeOptions { EnsureLockHeld = vmLock.EnsureHeldAsync }, Cancelled);

        ApprovedOrder.Matches("merge-file-sectors", _world.Order.Finish());
    }
}
