namespace MirrorBackup.Mirroring;

/// <summary>Whether the source is locked while a VM is read.</summary>
public enum SourceLocking
{
    /// <summary>
    /// Locked where the remote has locks and may be written to; otherwise the metadata and disks are looked at again before anything is
    /// committed, and a restore point that changed meanwhile is discarded.
    /// </summary>
    WhenPossible,

    /// <summary>Locked; a source that cannot be locked fails the VM.</summary>
    Required,

    /// <summary>Never locked: the source is not written to at all.</summary>
    Never,
}
