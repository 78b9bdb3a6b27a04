namespace MirrorBackup.Remotes.Local;

/// <summary>What a file is opened for.</summary>
public enum FileUse
{
    /// <summary>An existing file, read-only.</summary>
    Read,

    /// <summary>An existing file, for reading and writing.</summary>
    Update,

    /// <summary>A file that must not be there yet, for writing.</summary>
    CreateNew,
}
