namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>The kinds of acts of which histories are made.</summary>
internal enum HistoryAct
{
    /// <summary>A source job backs the VM up, and applies its retention.</summary>
    Backup,

    /// <summary>The VM gets or loses a disk.</summary>
    ChangeDisks,

    /// <summary>An earlier mirror run, of one of several jobs and schedules; it may crash midway.</summary>
    Mirror,

    /// <summary>The source loses a point, or a revision, or a revision stops to open.</summary>
    DamageSource,

    /// <summary>A destination loses a point, or a revision, or a revision stops to open.</summary>
    DamageDestination,

    /// <summary>A destination is left with something that a crashed run leaves.</summary>
    Crash,

    /// <summary>Something else touches a destination: protection, a reserved path, another storage form, doubt.</summary>
    Disturb,
}
