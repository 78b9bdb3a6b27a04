using MirrorBackup.Backups;

namespace PlannerOnly;

/// <summary>The rows of one server and one place, seen as the chain that the planner asks for.</summary>
internal sealed class InventoryChain : IBackupChain
{
    private const string Disk = "system";

    private readonly List<RestorePoint> _points = [];
    private readonly List<DiskRevision> _revisions = [];

    public InventoryChain(string server, string writtenBy, IEnumerable<InventoryRow> rows)
    {
        VmId = server;
        foreach (var row in rows.Where(row => row.Server == server))
        {
            var id = IdOf(row.TakenAt);
            var path = $"vdis/{writtenBy}/{Disk}/{id}.vhd";
            _points.Add(new RestorePoint { Id = id, Name = id.ToString(), Disks = [new PointDisk(Disk, path)], JobId = writtenBy });
            _revisions.Add(new DiskRevision
            {
                Disk = Disk,
                Id = id.ToString(),
                ParentId = row.BasedOn is { } parent ? IdOf(parent).ToString() : null,
                Path = path,
                VirtualSize = 40L << 30,
                AllocatedBytes = row.Bytes,
            });
        }
    }

    public string VmId { get; }

    public BackupMode Mode => BackupMode.Incremental;

    public IReadOnlyCollection<RestorePoint> Points => _points;

    public IReadOnlyCollection<DiskRevision> Revisions => _revisions;

    private static PointId IdOf(DateTimeOffset takenAt) => new(BackupMode.Incremental, takenAt.ToUnixTimeMilliseconds());
}
