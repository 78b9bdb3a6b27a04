using MirrorBackup.Backups;

namespace MirrorBackup.Benchmarks;

/// <summary>One disk, one restore point an hour, a key every 30.</summary>
internal sealed class SampleChain : IBackupChain
{
    private const string Disk = "disk";
    private const int PointsPerKey = 30;

    private readonly RestorePoint[] _points;
    private readonly DiskRevision[] _revisions;

    public SampleChain(string jobId, int points)
    {
        _points = new RestorePoint[points];
        _revisions = new DiskRevision[points];
        for (var index = 0; index < points; index++)
        {
            var id = IdOf(index);
            var path = $"vdis/{jobId}/{Disk}/{id}.vhd";
            _points[index] = new RestorePoint { Id = id, Name = id.ToString(), Disks = [new PointDisk(Disk, path)], JobId = jobId };
            _revisions[index] = new DiskRevision
            {
                Disk = Disk,
                Id = id.ToString(),
                ParentId = index % PointsPerKey == 0 ? null : IdOf(index - 1).ToString(),
                Path = path,
                VirtualSize = 40L << 30,
                AllocatedBytes = 1L << 30,
            };
        }
    }

    public static DateTimeOffset First { get; } = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public string VmId => "vm";

    public BackupMode Mode => BackupMode.Incremental;

    public IReadOnlyCollection<RestorePoint> Points => _points;

    public IReadOnlyCollection<DiskRevision> Revisions => _revisions;

    private static PointId IdOf(int index) => new(BackupMode.Incremental, First.AddHours(index).ToUnixTimeMilliseconds());
}
