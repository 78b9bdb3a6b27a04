using MirrorBackup.Backups;
using MirrorBackup.Remotes;

var id = new PointId(BackupMode.Incremental, 1767574800000);
var path = RemotePath.Parse("xo-vm-backups") / id.ToString();
if (path.Value != "xo-vm-backups/20260105T010000Z")
{
    Console.Error.WriteLine($"unexpected: {path}");
    return 1;
}

Console.WriteLine("ok");
return 0;
