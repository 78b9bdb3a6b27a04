namespace MirrorBackup.Mirroring;

/// <summary>How a run, a VM, a destination or a step ended, from the best to the worst: what has several parts ended as the worst of them.</summary>
public enum MirrorOutcome
{
    /// <summary>The filter of the job leaves this VM out: it was neither locked nor changed.</summary>
    Excluded,

    /// <summary>The source holds backups of this VM, but none of the mode of the job.</summary>
    ModeMismatch,

    /// <summary>Nothing had to be done.</summary>
    UpToDate,

    /// <summary>All that was planned was done.</summary>
    Succeeded,

    /// <summary>All that could be planned was done, but conflicts in the plan keep some restore points from being mirrored.</summary>
    Incomplete,

    /// <summary>
    /// Not done: something before it failed, or, of a step, the source changed while it was read and what was read was discarded and planned anew.
    /// </summary>
    NotRun,

    /// <summary>It failed.</summary>
    Failed,
}
