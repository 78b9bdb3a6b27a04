using System.Collections.Immutable;
using MirrorBackup.Backups;
using MirrorBackup.Retention;

namespace MirrorBackup.Planning;

/// <summary>One destination of a <see cref="MirrorRequest"/>.</summary>
public sealed record DestinationRequest
{
    /// <summary>Its display name, unique in the request.</summary>
    public required string Name { get; init; }

    /// <summary>What it holds of the VM, in the mode of the source.</summary>
    public required IBackupChain Chain { get; init; }

    /// <summary>How many points stay.</summary>
    public required RetentionPolicy Retention { get; init; }

    /// <summary>What it writes and how much it takes.</summary>
    public DestinationProfile Profile { get; init; } = new();

    /// <summary>The id of the mirror job: new points carry it and new chains lie in its folder, so that it must be a safe path segment.</summary>
    public required string JobId { get; init; }

    /// <summary>The id of the schedule that runs; new points carry it.</summary>
    public string ScheduleId { get; init; } = "";

    /// <summary>The ids of all schedules that the job has; needed only where it has several (<see cref="RetentionScope.Job"/>).</summary>
    public ImmutableArray<string> KnownScheduleIds { get; init; } = [];

    /// <summary>Which points the retention counts.</summary>
    /// <value>The default is <see cref="RetentionScope.Job"/>.</value>
    public RetentionScope Scope { get; init; }

    /// <summary>Whether the retention counts a point of this destination.</summary>
    /// <param name="point">The point.</param>
    /// <returns>Whether it is in scope.</returns>
    public bool Counts(RestorePoint point)
    {
        ArgumentNullException.ThrowIfNull(point);
        return Scope == RetentionScope.WholeVm
            || (point.JobId == JobId && (point.ScheduleId == ScheduleId || !KnownScheduleIds.Contains(point.ScheduleId)));
    }
}
