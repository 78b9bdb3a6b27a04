namespace MirrorBackup.Repositories.Cleaning;

/// <summary>What a cleaning that may change something does about a <see cref="CleaningFinding"/>.</summary>
public enum CleaningRemedy
{
    /// <summary>Nothing: it does no harm, or only somebody who knows more can decide.</summary>
    None,

    /// <summary>It is certain that nothing needs it: it is deleted, or moved to the quarantine.</summary>
    Remove,

    /// <summary>What is right is certain: it is made so.</summary>
    Repair,
}
