namespace MirrorBackup.Backups;

/// <summary>Kinds of <see cref="ChainProblem"/>.</summary>
public enum ChainProblemKind
{
    /// <summary>Metadata that is not JSON or lacks what it must have.</summary>
    UnreadableMetadata,

    /// <summary>A disk or archive that does not open, or a listed file that is not there.</summary>
    UnreadableRevision,

    /// <summary>A delta whose parent is not in its folder.</summary>
    MissingParent,

    /// <summary>Parents that form a cycle.</summary>
    ParentCycle,

    /// <summary>Two revisions of one folder with one id, or two at one path.</summary>
    DuplicateRevision,

    /// <summary>Two deltas on one parent in one folder.</summary>
    SeveralChildren,

    /// <summary>Two points of one mode at the same millisecond.</summary>
    DuplicatePoint,

    /// <summary>A child that is older than its parent: a clock went back.</summary>
    ClockWentBack,

    /// <summary>The state file of a merge that cannot be followed.</summary>
    BrokenMergeState,

    /// <summary>Two aliases of one VHD directory: removing one removes the content of both.</summary>
    SharedDirectory,
}
