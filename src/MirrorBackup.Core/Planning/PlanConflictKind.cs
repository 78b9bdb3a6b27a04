namespace MirrorBackup.Planning;

/// <summary>Why something that should happen cannot.</summary>
public enum PlanConflictKind
{
    /// <summary>The source has a gap, or data that does not open, so that points cannot be sent.</summary>
    SourceGap,

    /// <summary>A delta finds no parent on the destination, and the options forbid to send a key instead.</summary>
    MissingParent,

    /// <summary>The form or the remote cannot hold something so large.</summary>
    TooLarge,

    /// <summary>The forecast says that the free space does not suffice.</summary>
    NotEnoughSpace,

    /// <summary>Two points of the source have the same instant; only one of them can be mirrored.</summary>
    DuplicateTimestamp,

    /// <summary>More points would be retired than the options allow in one run.</summary>
    RetirementBrake,

    /// <summary>There is doubt about what the destination needs, so that nothing may be removed there.</summary>
    RetiringBlocked,

    /// <summary>A pending merge cannot be finished.</summary>
    PendingMerge,

    /// <summary>No free file name was found.</summary>
    NoFreeName,

    /// <summary>An id cannot be part of a path.</summary>
    UnsafeName,

    /// <summary>A broken point of the destination cannot be healed where it lies.</summary>
    CannotHeal,

    /// <summary>A broken point of the destination is to be repaired, and the source has it no more.</summary>
    NotOnSource,
}
