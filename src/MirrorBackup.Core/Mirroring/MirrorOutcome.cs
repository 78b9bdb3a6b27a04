namespace MirrorBackup.Mirroring;

/// <summary>How a run, a VM, a destination or a step ended.</summary>
public enum MirrorOutcome
{
    /// <summary>Nothing had to be done.</summary>
    UpToDate,

    /// <summary>All that was planned was done.</summary>
    Succeeded,

    /// <summary>The filter of the job leaves this VM out: it was neither locked nor changed.</summary>
    Excluded,

    /// <summary>The source holds backups of this VM, but none of the mode of the job.</summary>
    ModeMismatch,

    /// <summary>All that could be planned was done, but conflicts in the plan keep some restore points from being mirrored.</summary>
    Incomplete,

    /// <summary>Not begun, because something before it failed.</summary>
    NotRun,

    /// <summary>It failed.</summary>
    Failed,
}
