using MirrorBackup.Backups;

namespace MirrorBackup.Repositories;

/// <summary>A disk of a mirrored backup: where it lies on the destination and what it is there.</summary>
/// <param name="Disk">The live disk (<see cref="MetadataDisk.Disk"/> of the source).</param>
/// <param name="Path">The <see cref="DiskRevision.Path"/> on the destination.</param>
/// <param name="IsDifferencing">Whether it is stored as a delta there.</param>
public readonly record struct MirroredDisk(string Disk, string Path, bool IsDifferencing);
