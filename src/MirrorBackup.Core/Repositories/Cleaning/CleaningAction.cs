namespace MirrorBackup.Repositories.Cleaning;

/// <summary>What a cleaning did about a <see cref="CleaningFinding"/>.</summary>
public enum CleaningAction
{
    /// <summary>Nothing: it was only to be reported, or there is no remedy.</summary>
    None,

    /// <summary>It was deleted.</summary>
    Deleted,

    /// <summary>It was moved to the quarantine.</summary>
    Quarantined,

    /// <summary>It was put right.</summary>
    Repaired,

    /// <summary>Nothing, because something leaves doubt; <see cref="CleaningFinding.Reason"/> says what.</summary>
    Skipped,

    /// <summary>It was tried and failed; <see cref="CleaningFinding.Reason"/> says why. Nothing more of the VM was touched.</summary>
    Failed,
}
