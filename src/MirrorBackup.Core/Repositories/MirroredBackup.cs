using System.Collections.Immutable;

namespace MirrorBackup.Repositories;

/// <summary>What the metadata of a copy says that the metadata of its source does not.</summary>
public sealed record MirroredBackup
{
    /// <summary>The id of the mirror job.</summary>
    public required string JobId { get; init; }

    /// <summary>The id of the schedule of the mirror job.</summary>
    public required string ScheduleId { get; init; }

    /// <summary>Bytes: the clear length of the archive, or the sum of the VHD stream lengths of the disks.</summary>
    public required long Size { get; init; }

    /// <summary>The long-term labels that the copy holds now, such as <c>daily=2025-01-12</c>.</summary>
    public ImmutableArray<string> Tags { get; init; } = [];

    /// <summary>Every disk of the source, for an incremental backup.</summary>
    public ImmutableArray<MirroredDisk> Disks { get; init; } = [];

    /// <summary>The file name of the archive, for a full backup.</summary>
    public string? ArchiveName { get; init; }
}
