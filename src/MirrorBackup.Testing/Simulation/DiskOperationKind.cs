namespace MirrorBackup.Testing.Simulation;

/// <summary>What changes a <see cref="SimulatedDisk"/>, or what of it a crash can take.</summary>
public enum DiskOperationKind
{
    /// <summary>A new file gets a name.</summary>
    Create,

    /// <summary>Bytes are written.</summary>
    Write,

    /// <summary>A file is cut, or grows.</summary>
    SetLength,

    /// <summary>Content and length of a file become durable.</summary>
    Flush,

    /// <summary>A file gets another name.</summary>
    Rename,

    /// <summary>A name of a file goes.</summary>
    Unlink,

    /// <summary>A directory is made.</summary>
    MakeDirectory,

    /// <summary>An empty directory goes.</summary>
    RemoveDirectory,

    /// <summary>The names in a directory become durable.</summary>
    FlushDirectory,
}
