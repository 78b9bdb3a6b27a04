namespace MirrorBackup.Remotes.Local;

/// <summary>The causes of a failed file operation that are told apart.</summary>
public enum FileFailure
{
    /// <summary>Everything else; trying again may help.</summary>
    Other,

    /// <summary>The storage cannot do this at all; trying again does not help.</summary>
    Unsupported,

    /// <summary>Nothing is there.</summary>
    NotFound,

    /// <summary>Something is there already.</summary>
    Exists,

    /// <summary>A directory was needed and a file is there.</summary>
    NotDirectory,

    /// <summary>A file was needed and a directory is there.</summary>
    IsDirectory,

    /// <summary>The directory to remove has entries.</summary>
    NotEmpty,

    /// <summary>Permissions, a read-only file system, an immutable file.</summary>
    AccessDenied,

    /// <summary>No space, quota or file numbers are left.</summary>
    Full,

    /// <summary>A symbolic link is on the way, or at its end.</summary>
    Link,

    /// <summary>The path names a device, a socket or a pipe.</summary>
    NotRegular,

    /// <summary>A name is longer than the storage allows.</summary>
    NameTooLong,
}
