namespace MirrorBackup.Repositories.Cleaning;

/// <summary>What a <see cref="CleaningFinding"/> is about.</summary>
public enum CleaningKind
{
    /// <summary>A restore point that cannot be restored: a disk of it, an ancestor of one, or its archive is missing or damaged. Never removed.</summary>
    IncompleteBackup,

    /// <summary>A metadata file that cannot be read or has a mode that is not known. It may list any disk, so no disk of the VM is removed.</summary>
    UnreadableMetadata,

    /// <summary>A listed or needed disk that does not open, or a link between disks that does not hold. Never removed.</summary>
    BrokenDisk,

    /// <summary>A disk that no restore point lists or needs.</summary>
    OrphanDisk,

    /// <summary>A second file with the content of a disk that is listed or needed.</summary>
    DuplicateDisk,

    /// <summary>A disk that no restore point lists, and on which a listed delta stands. It is no leftover: a mirror merges it.</summary>
    UnlistedAncestor,

    /// <summary>An archive that no restore point lists.</summary>
    ArchiveWithoutMetadata,

    /// <summary>A VHD directory that no alias leads to.</summary>
    UnclaimedDirectory,

    /// <summary>An alias of a listed disk that is missing or leads nowhere, while the directory that it is for is there.</summary>
    BrokenAlias,

    /// <summary>Two aliases of one VHD directory: whoever removes one removes the content of both.</summary>
    SharedDirectory,

    /// <summary>A merge that was interrupted and can be finished.</summary>
    UnfinishedMerge,

    /// <summary>A merge that was interrupted and cannot be finished, or a state that cannot be read. Nothing in its folder is touched.</summary>
    BrokenMergeState,

    /// <summary>The state file of a merge that is about nothing that is there.</summary>
    StaleMergeState,

    /// <summary>A file that was being written.</summary>
    TemporaryFile,

    /// <summary>The checksum of an archive that is not there, or of a disk, which has none any more.</summary>
    OrphanChecksum,

    /// <summary>A <c>cache.json.gz</c> that cannot be read or says something else than the metadata files.</summary>
    StaleCache,

    /// <summary>Metadata with a size, or with flags of disks, that the disks contradict.</summary>
    WrongMetadata,

    /// <summary>A transfer that the next mirror can go on with. It is kept.</summary>
    InterruptedTransfer,

    /// <summary>The record of a transfer that has ended, or of which nothing is left.</summary>
    StaleTransfer,

    /// <summary>A lock that nobody has refreshed for long.</summary>
    LeftoverLock,

    /// <summary>Something with a name that is neither Xen Orchestra's nor ours. It is somebody else's and stays.</summary>
    Foreign,

    /// <summary>Something could not be read, or is locked by somebody else; nothing of the VM was touched from then on.</summary>
    NotAccessible,
}
