using MirrorBackup.Backups;

namespace MirrorBackup.Repositories;

/// <summary>A restore point of a VM together with its metadata.</summary>
/// <param name="Point">What the planner sees of it.</param>
/// <param name="Metadata">What its metadata file says.</param>
public sealed record CataloguedPoint(RestorePoint Point, BackupMetadata Metadata);
