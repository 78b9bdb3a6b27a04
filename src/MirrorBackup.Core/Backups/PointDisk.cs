namespace MirrorBackup.Backups;

/// <summary>One disk of a restore point.</summary>
/// <param name="Disk">The live disk (<see cref="DiskRevision.Disk"/>).</param>
/// <param name="Path">The <see cref="DiskRevision.Path"/> of the revision that the point uses. There may be none: then the point cannot be restored.</param>
public readonly record struct PointDisk(string Disk, string Path);
