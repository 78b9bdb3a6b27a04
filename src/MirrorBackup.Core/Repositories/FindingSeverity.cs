namespace MirrorBackup.Repositories;

/// <summary>How much a <see cref="VerificationFinding"/> matters.</summary>
public enum FindingSeverity
{
    /// <summary>Nothing is wrong with any backup.</summary>
    Information,

    /// <summary>Every backup can be restored, but something may go wrong later.</summary>
    Warning,

    /// <summary>A backup cannot be restored, or not as it was.</summary>
    Error,
}
