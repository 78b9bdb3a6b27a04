namespace MirrorBackup.Repositories;

/// <summary>Kinds of <see cref="VerificationFinding"/>.</summary>
public enum FindingKind
{
    /// <summary>The folder of a VM, or a file in it, could not be read because the remote failed.</summary>
    NotAccessible,

    /// <summary>Metadata that is not JSON or lacks what it must have.</summary>
    Metadata,

    /// <summary>A disk or archive that is listed and not there, or does not open.</summary>
    Unreadable,

    /// <summary>A parent that is missing, another one, or part of a cycle.</summary>
    ChainLink,

    /// <summary>Content that differs from its checksum, or that cannot be read.</summary>
    Content,

    /// <summary>Two revisions with one id or in one directory, two children of one parent, or two points of one instant.</summary>
    Ambiguous,

    /// <summary>An archive without a checksum file, or metadata flags that differ from the disks.</summary>
    Description,

    /// <summary>A cache that says something else than the metadata; Xen Orchestra believes it.</summary>
    Cache,

    /// <summary>A merge that has begun and not ended.</summary>
    UnfinishedMerge,

    /// <summary>A revision that no point lists and no other needs.</summary>
    Unlisted,

    /// <summary>A temporary file, a copy, a checksum, a VHD directory or a block that belongs to nothing.</summary>
    Leftover,

    /// <summary>A file that is not part of a repository.</summary>
    Foreign,
}
