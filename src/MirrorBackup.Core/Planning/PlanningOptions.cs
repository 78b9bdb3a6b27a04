namespace MirrorBackup.Planning;

/// <summary>The choices of a job that are not about one destination.</summary>
public sealed record PlanningOptions
{
    /// <summary>
    /// Whether a point that the retention would retire before the run ends is left out: a full backup is skipped, an incremental one
    /// is collapsed into the first later point that stays.
    /// </summary>
    /// <value>The default is true. With false every point is sent, as Xen Orchestra does, except those that would be retired at once.</value>
    public bool SkipSuperseded { get; init; } = true;

    /// <summary>Whether room is made before a point is sent, and not after it.</summary>
    /// <value>The default is false.</value>
    public bool DeleteFirst { get; init; }

    /// <summary>Whether <see cref="DeleteFirst"/> may remove the last point that can be restored.</summary>
    /// <value>The default is false: that one goes after the transfer.</value>
    public bool MayLeaveNoPoint { get; init; }

    /// <summary>Whether a delta that finds no parent on the destination may be sent as a key, made of its whole chain on the source.</summary>
    /// <value>The default is true.</value>
    public bool AllowSyntheticKeys { get; init; } = true;

    /// <summary>
    /// Whether a point of a destination that cannot be restored is healed from the source also where a newer one can be restored. What is newer than the
    /// newest point in common is healed in any case. It concerns the points that the retention counts, and those on whose disks they stand.
    /// </summary>
    /// <value>The default is false.</value>
    public bool Repair { get; init; }

    /// <summary>How many points that a destination has may be retired in one run; more stop all retiring there.</summary>
    /// <value>The default is <see langword="null"/>: any number.</value>
    public int? MaxRetireCount { get; init; }

    /// <summary>
    /// What share of the points that the retention counts, the new ones included, may be retired in one run, in percent; more stop
    /// all retiring there.
    /// </summary>
    /// <value>The default is <see langword="null"/>: any share.</value>
    public int? MaxRetirePercent { get; init; }
}
