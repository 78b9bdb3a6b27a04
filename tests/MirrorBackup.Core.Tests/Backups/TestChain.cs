using MirrorBackup.Backups;

namespace MirrorBackup.Tests.Backups;

/// <summary>A chain that says whatever a test wants it to say.</summary>
internal sealed record TestChain : IBackupChain
{
    public string VmId { get; init; } = "vm";

    public BackupMode Mode { get; init; } = BackupMode.Incremental;

    public IReadOnlyCollection<RestorePoint> Points { get; init; } = [];

    public IReadOnlyCollection<DiskRevision> Revisions { get; init; } = [];

    public IReadOnlyCollection<PendingMerge> PendingMerges { get; init; } = [];

    public IReadOnlyCollection<string> ReservedPaths { get; init; } = [];

    public IReadOnlyCollection<ChainProblem> Problems { get; init; } = [];

    /// <summary>The same as another chain, to be changed with <c>with</c>.</summary>
    internal static TestChain Of(IBackupChain chain) => new()
    {
        VmId = chain.VmId,
        Mode = chain.Mode,
        Points = chain.Points,
        Revisions = chain.Revisions,
        PendingMerges = chain.PendingMerges,
        ReservedPaths = chain.ReservedPaths,
        Problems = chain.Problems,
    };

    internal static RestorePoint Archive(long timestamp, string? name = null, string jobId = "job")
    {
        var id = new PointId(BackupMode.Full, timestamp);
        name ??= new PointId(BackupMode.Full, timestamp / 1000 * 1000).ToString();
        return new RestorePoint { Id = id, Name = name, Disks = [new PointDisk(DiskRevision.ArchiveDisk, name + ".xva")], JobId = jobId, ScheduleId = "schedule" };
    }

    internal static DiskRevision ArchiveRevision(long timestamp, string? name = null) => new()
    {
        Disk = DiskRevision.ArchiveDisk,
        Id = new PointId(BackupMode.Full, timestamp).ToString(),
        Path = (name ?? new PointId(BackupMode.Full, timestamp / 1000 * 1000).ToString()) + ".xva",
        Form = StorageForm.Archive,
        VirtualSize = 1 << 20,
        AllocatedBytes = 1 << 20,
    };
}
