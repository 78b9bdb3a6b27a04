using System.Collections.Immutable;

namespace MirrorBackup.Backups;

/// <summary>One backup of one VM: what a user restores. It exists because its metadata JSON does.</summary>
public sealed record RestorePoint
{
    /// <summary>Mode and instant: the identity on every remote.</summary>
    public required PointId Id { get; init; }

    /// <summary>The name of its files without ending, normally the instant truncated to seconds: <c>20260105T010000Z</c>. Unique in a VM.</summary>
    public required string Name { get; init; }

    /// <summary>The disks, each with the revision that holds it. One entry, <see cref="DiskRevision.ArchiveDisk"/>, for a full backup.</summary>
    public required ImmutableArray<PointDisk> Disks { get; init; }

    /// <summary>The job that wrote this copy: on a source the backup job, on a destination the mirror job.</summary>
    public string JobId { get; init; } = "";

    /// <summary>The schedule that wrote this copy.</summary>
    public string ScheduleId { get; init; } = "";

    /// <summary>The tags that the VM had (<c>vm.tags</c>), for filters.</summary>
    public ImmutableArray<string> VmTags { get; init; } = [];

    /// <summary>The <c>size</c> of the metadata, in bytes.</summary>
    public long Size { get; init; }

    /// <summary>Whether something keeps this copy from being removed, such as an immutability marker; it is then never unlisted.</summary>
    public bool IsProtected { get; init; }

    /// <summary>The instant of the original backup.</summary>
    public DateTimeOffset Timestamp => DateTimeOffset.FromUnixTimeMilliseconds(Id.Timestamp);
}
