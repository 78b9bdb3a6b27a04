namespace MirrorBackup.Backups;

/// <summary>What a revision is stored as.</summary>
public enum StorageKind
{
    /// <summary>An XVA archive: one file that holds everything of a full backup.</summary>
    Archive,

    /// <summary>A VHD file.</summary>
    VhdFile,

    /// <summary>A VHD directory: one file per block, reached through an alias.</summary>
    VhdDirectory,
}
