namespace MirrorBackup.Remotes;

/// <summary>What a name in a remote stands for.</summary>
public enum RemoteEntryKind
{
    /// <summary>A regular file.</summary>
    File,

    /// <summary>A directory.</summary>
    Directory,

    /// <summary>A symbolic link, wherever it leads, a device, a socket: listed, never opened or followed.</summary>
    Other,
}
