namespace MirrorBackup.Backups;

/// <summary>The two kinds of backup that a repository holds; a mirror job handles one of them.</summary>
public enum BackupMode
{
    /// <summary>Independent archives, one XVA file per restore point (<c>mode: "full"</c> in the metadata).</summary>
    Full,

    /// <summary>One disk revision per disk and restore point: a key, or a delta on its parent (<c>mode: "delta"</c> in the metadata).</summary>
    Incremental,
}
