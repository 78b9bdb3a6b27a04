using MirrorBackup.Backups;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Simulation.Tests.World;
using MirrorBackup.Testing.Simulation;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Directories;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Simulation.Tests.Order;

/// <summary>The order of changes, as in <see cref="WriteOrderTests"/>, of single disks: what no golden scenario has.</summary>
public sealed class DiskOrderTests
{
    private const int Mebibyte = 1 << 20;

    private static readonly RemotePath s_vm = RemotePath.Parse("xo-vm-backups/vm");
    private static readonly RemotePath s_folder = s_vm / "vdis/job/disk";
    private static readonly TimeProvider s_clock = JobRun.ClockOf(0);
    private static readonly byte[] s_block = new byte[2 * Mebibyte];

    private readonly WriteOrder _order = new(s_vm);
    private readonly SimulatedDisk _disk = new(s_clock);

    static DiskOrderTests() => s_block.AsSpan().Fill(7);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Transfer_ThatIsRecorded_FlushesBlocksBeforeTheRecord()
    {
        await using var remote = Open();
        await using var vmLock = await remote.LockAsync(s_vm, default, Cancelled);
        _disk.BeforeOperation = _order.Add;

        await WriteDirectoryAsync(remote, vmLock, "20260101T000000Z.alias.vhd", null, 8, [0, 1, 2]);

        ApprovedOrder.Matches("transfer-recorded", _order.Finish());
    }

    [Fact]
    public async Task Transfer_ThatIsAborted_LooksAtTheLockBeforeItRemoves()
    {
        await using var remote = Open();
        await using var vmLock = await remote.LockAsync(s_vm, default, Cancelled);
        _disk.BeforeOperation = _order.Add;

        await using (var writer = await CreateDirectoryAsync(remote, vmLock, "20260101T000000Z.alias.vhd", null, 8, [0, 1, 2]))
        {
            await writer.WriteBlockAsync(0, s_block, Cancelled);
        }

        ApprovedOrder.Matches("transfer-aborted", _order.Finish());
    }

    [Theory]
    [InlineData("grows", true, 8, 16)]
    [InlineData("shrinks", true, 16, 7)]
    [InlineData("grows", false, 8, 16)]
    [InlineData("table-grows", false, 8, 2048)]
    public async Task Merge_OfADiskOfAnotherSize_ChangesItInTheWrittenOrder(string name, bool isDirectory, int size, int newSize)
    {
        await using var remote = Open();
        await using var vmLock = await remote.LockAsync(s_vm, default, Cancelled);
        var ending = isDirectory ? ".alias.vhd" : ".vhd";
        string[] chain = ["20260101T000000Z" + ending, "20260102T000000Z" + ending];
        int[][] blocks = [[.. Enumerable.Range(0, size / 2)], [0, 1, (newSize + 1) / 2 - 1]];
        if (isDirectory)
        {
            await WriteDirectoryAsync(remote, vmLock, chain[0], null, size, blocks[0]);
            await WriteDirectoryAsync(remote, vmLock, chain[1], chain[0], newSize, blocks[1]);
        }
        else
        {
            await WriteFileAsync(remote, chain[0], null, size, blocks[0]);
            await WriteFileAsync(remote, chain[1], chain[0], newSize, blocks[1]);
        }

        _disk.BeforeOperation = _order.Add;

        await VhdMerge.RunAsync(remote, s_folder, chain, new VhdMergeOptions { EnsureLockHeld = vmLock.EnsureHeldAsync, BlocksPerRecord = 2, MovesPerRecord = 2 }, Cancelled);

        ApprovedOrder.Matches($"merge-{(isDirectory ? "directory" : "file")}-{name}", _order.Finish());
    }

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
        await using (var remote = Open())
        {
            await using (var vmLock = await remote.LockAsync(s_vm, default, Cancelled))
            {
                await WriteDirectoryAsync(remote, vmLock, chain[0], null, 8, [0, 1]);
                await WriteDirectoryAsync(remote, vmLock, chain[1], chain[0], 16, [1, 7]);
            }

            headerPath = VhdDirectoryLayout.Header((await VhdDirectory.OpenAsync(remote, s_folder / chain[0], Cancelled)).DataPath);
            header = await remote.ReadAllAsync(headerPath, 1 << 20, Cancelled);
            _disk.BeforeOperation = operation => crashed ??= operation.Kind == DiskOperationKind.Rename && operation.Target.Name == cut ? _disk.Crash(CrashOutcome.Kept, s_clock) : null;
            await VhdMerge.RunAsync(remote, s_folder, chain, null, Cancelled);
        }

        Assert.NotNull(crashed);
        var order = new WriteOrder(s_vm);
        await using var next = order.Watch("dst", Open(crashed));
        if (hasFormerHeader)
        {
            await next.WriteAllAsync(headerPath, header, default, Cancelled);
        }

        await using var nextLock = await next.LockAsync(s_vm, default, Cancelled);
        crashed.BeforeOperation = order.Add;

        await VhdMerge.ResumeAsync(next, s_folder, MergeStateName.For(chain[0]), file => file == chain[1], new VhdMergeOptions { EnsureLockHeld = nextLock.EnsureHeldAsync }, Cancelled);

        ApprovedOrder.Matches("resume-directory-" + name, order.Finish());
    }

    private IRemote Open() => _order.Watch("dst", Open(_disk));

    private static LocalRemote Open(SimulatedDisk disk) => LocalRemote.Open(disk.OpenFiles(RemotePath.Parse("dst")), new LocalRemoteOptions { Name = "dst" }, JobRun.ClockOf(1));

    private static Guid IdOf(string name) => new(name[7] - '0', 0, 0x4000, [0x80, 0, 0, 0, 0, 0, 0, 0]);

    private static DiskIdentity Identity(string name, string? parent, int size) => new(IdOf(name), parent is null ? null : IdOf(parent), parent, (long)size * Mebibyte);

    private static ValueTask<VhdDirectoryWriter> CreateDirectoryAsync(IRemote remote, IRemoteLock vmLock, string name, string? parent, int size, int[] blocks) =>
        VhdDirectoryWriter.CreateAsync(
            remote,
            s_folder / name,
            Identity(name, parent, size),
            blocks,
            new VhdDirectoryWriteOptions
            {
                Timestamp = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
                Codec = BlockCodec.None,
                EnsureLockHeld = vmLock.EnsureHeldAsync,
                Staging = new StagingOptions(RemotePath.Parse(".mirrorbackup/transfers/vm/a.json"), "source", s_clock) { BlocksPerRecord = 1 },
            },
            Cancelled);

    private static async Task WriteDirectoryAsync(IRemote remote, IRemoteLock vmLock, string name, string? parent, int size, int[] blocks)
    {
        await using var writer = await CreateDirectoryAsync(remote, vmLock, name, parent, size, blocks);
        await WriteAsync(writer, blocks);
    }

    private static async Task WriteFileAsync(IRemote remote, string name, string? parent, int size, int[] blocks)
    {
        var options = new VhdWriteOptions { Timestamp = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), Grade = WriteGrade.Publish };
        await using var writer = await VhdFileWriter.CreateAsync(remote, s_folder / name, Identity(name, parent, size), blocks, options, Cancelled);
        await WriteAsync(writer, blocks);
    }

    private static async Task WriteAsync(IDiskWriter writer, int[] blocks)
    {
        foreach (var block in blocks)
        {
            await writer.WriteBlockAsync(block, s_block, Cancelled);
        }

        await writer.CompleteAsync(Cancelled);
    }
}
