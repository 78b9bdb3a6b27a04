using MirrorBackup.Backups;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Simulation.Tests.World;
using MirrorBackup.Testing.Simulation;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Simulation.Tests.Order;

/// <summary>A folder of one disk on a simulated disk, whose changes are written down.</summary>
internal sealed class DiskFolderWorld
{
    private const int Mebibyte = 1 << 20;

    private static readonly TimeProvider s_clock = JobRun.ClockOf(0);

    public static RemotePath Vm { get; } = RemotePath.Parse("xo-vm-backups/vm");

    public static RemotePath Folder { get; } = Vm / "vdis/job/disk";

    public static byte[] Block { get; } = [.. Enumerable.Repeat((byte)7, 2 * Mebibyte)];

    public WriteOrder Order { get; } = new(Vm);

    public SimulatedDisk Disk { get; init; } = new(s_clock);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public IRemote Open() => Order.Watch("dst", LocalRemote.Open(Disk.OpenFiles(RemotePath.Parse("dst")), new LocalRemoteOptions { Name = "dst" }, s_clock));

    /// <summary>From now on changes are written down.</summary>
    public void Start() => Disk.BeforeOperation = Order.Add;

    private static Guid IdOf(string name) => new(name[7] - '0', 0, 0x4000, [0x80, 0, 0, 0, 0, 0, 0, 0]);

    private static DiskIdentity Identity(string name, string? parent, int size) => new(IdOf(name), parent is null ? null : IdOf(parent), parent, (long)size * Mebibyte);

    public static ValueTask<VhdDirectoryWriter> CreateDirectoryAsync(IRemote remote, IRemoteLock vmLock, string name, string? parent, int size, int[] blocks, BlockCodec codec = BlockCodec.None) =>
        VhdDirectoryWriter.CreateAsync(
            remote,
            Folder / name,
            Identity(name, parent, size),
            blocks,
            new VhdDirectoryWriteOptions
            {
                Timestamp = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero),
                Codec = codec,
                EnsureLockHeld = vmLock.EnsureHeldAsync,
                Staging = new StagingOptions(RemotePath.Parse(".mirrorbackup/transfers/vm/a.json"), "source", s_clock) { BlocksPerRecord = 1 },
            },
            Cancelled);

    public static async Task WriteDirectoryAsync(IRemote remote, IRemoteLock vmLock, string name, string? parent, int size, int[] blocks, BlockCodec codec = BlockCodec.None)
    {
        await using var writer = await CreateDirectoryAsync(remote, vmLock, name, parent, size, blocks, codec);
        await WriteAsync(writer, blocks);
    }

    public static async Task WriteFileAsync(IRemote remote, string name, string? parent, int size, int[] blocks)
    {
        var options = new VhdWriteOptions { Timestamp = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), Grade = WriteGrade.Publish };
        await using var writer = await VhdFileWriter.CreateAsync(remote, Folder / name, Identity(name, parent, size), blocks, options, Cancelled);
        await WriteAsync(writer, blocks);
    }

    private static async Task WriteAsync(IDiskWriter writer, int[] blocks)
    {
        foreach (var block in blocks)
        {
            await writer.WriteBlockAsync(block, Block, Cancelled);
        }

        await writer.CompleteAsync(Cancelled);
    }
}
