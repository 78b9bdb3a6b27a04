namespace MirrorBackup.Planning;

/// <summary>Why a step is in a plan.</summary>
public enum StepReasonKind
{
    /// <summary>The point is newer than the newest one of its source job that the destination has.</summary>
    NewOnSource,

    /// <summary>The point is listed on the destination and cannot be restored there.</summary>
    BrokenOnDestination,

    /// <summary>The retention would retire the point before the run ends.</summary>
    Superseded,

    /// <summary>The retention would retire the point as soon as it is there.</summary>
    RetiredAtOnce,

    /// <summary>The backup does not match the filter of the job.</summary>
    ExcludedByFilter,

    /// <summary>No rule of the retention keeps the point any more.</summary>
    NotKept,

    /// <summary>Nothing that stays needs the data.</summary>
    NotNeeded,

    /// <summary>No point lists the data any more, but a younger revision stands on it.</summary>
    NeededByChild,

    /// <summary>An earlier run left the data, and no point ever listed it.</summary>
    Leftover,

    /// <summary>An earlier merge has begun and not ended.</summary>
    Interrupted,

    /// <summary>
    /// The destination has no point of the job in common any more, and its last points, as many as the retention keeps in any case,
    /// are newer: the point counts as retired there.
    /// </summary>
    CountsAsRetired,

    /// <summary>
    /// The point is listed on the destination, cannot be restored there, and is older than the newest point in common: the job repairs
    /// (<see cref="PlanningOptions.Repair"/>).
    /// </summary>
    Repair,
}
