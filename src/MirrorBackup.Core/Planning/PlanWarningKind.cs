namespace MirrorBackup.Planning;

/// <summary>What is worth to be known about a plan, though it can be run.</summary>
public enum PlanWarningKind
{
    /// <summary>A point is dated before its parent.</summary>
    ClockWentBack,

    /// <summary>A point is dated after the instant of planning.</summary>
    FutureTimestamp,

    /// <summary>The destination lists a point that cannot be restored and that this plan does not heal. It is neither counted nor retired.</summary>
    UnreadablePoint,

    /// <summary>Something protects a surplus point from being retired.</summary>
    ProtectedPoint,

    /// <summary>The free space may not suffice; the forecast is only an upper bound.</summary>
    SpaceMayNotSuffice,

    /// <summary>A revision that no point lists stays, because several others stand on it or because it cannot be read.</summary>
    CannotMerge,

    /// <summary>By the retention the destination keeps no point of one of the jobs of the source.</summary>
    JobWithoutPoint,

    /// <summary>A problem of the chain that was given to the planner.</summary>
    ChainProblem,
}
