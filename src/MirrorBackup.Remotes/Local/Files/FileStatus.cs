namespace MirrorBackup.Remotes.Local;

/// <summary>What the file system says of one name.</summary>
/// <param name="Kind">File, directory, or something that is left alone (links included).</param>
/// <param name="Length">Bytes; 0 for what is not a file.</param>
/// <param name="LastModified">The modification time, as precise as the storage keeps it.</param>
/// <param name="FileNumber">A number that another file or directory made later under this name does not have (inode), 0 where unknown.</param>
public readonly record struct FileStatus(RemoteEntryKind Kind, long Length, DateTimeOffset LastModified, ulong FileNumber)
{
    /// <summary>The same as an entry of a listing.</summary>
    /// <param name="path">The path that was looked up.</param>
    /// <returns>The entry.</returns>
    public RemoteEntry ToEntry(RemotePath path) => new(path, Kind, Kind == RemoteEntryKind.File ? Length : 0, LastModified);
}
