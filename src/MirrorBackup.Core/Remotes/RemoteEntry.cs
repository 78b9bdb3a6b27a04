namespace MirrorBackup.Remotes;

/// <summary>What a listing says of one name.</summary>
/// <param name="Path">The path.</param>
/// <param name="Kind">File, directory, or something else that must be left alone.</param>
/// <param name="Length">Bytes; 0 for what is not a file.</param>
/// <param name="LastModified">When the storage last saw it change; for comparisons within one remote only.</param>
public readonly record struct RemoteEntry(RemotePath Path, RemoteEntryKind Kind, long Length, DateTimeOffset LastModified)
{
    /// <summary>The last segment of <see cref="Path"/>.</summary>
    public string Name => Path.Name;

    /// <summary>Whether it is a regular file.</summary>
    public bool IsFile => Kind == RemoteEntryKind.File;

    /// <summary>Whether it is a directory.</summary>
    public bool IsDirectory => Kind == RemoteEntryKind.Directory;
}
