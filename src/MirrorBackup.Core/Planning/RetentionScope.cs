namespace MirrorBackup.Planning;

/// <summary>Which points of a destination a retention policy counts, and may retire.</summary>
public enum RetentionScope
{
    /// <summary>
    /// The points that the mirror job wrote. Those of another schedule that the job still has are left to it; those of a schedule
    /// that it no longer has belong to the schedule that runs.
    /// </summary>
    Job,

    /// <summary>All points of the VM, whoever wrote them.</summary>
    WholeVm,
}
