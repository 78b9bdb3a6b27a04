namespace MirrorBackup.Remotes.Local;

/// <summary>
/// The few operations of an operating system that <see cref="LocalRemote"/> is made of, below one root directory. Nothing else in
/// this package touches a disk, so a recording, failing or simulated implementation sees every step in its order
/// (<see cref="LocalRemote.Open(IFileSystem, LocalRemoteOptions?, TimeProvider?)"/>).
/// </summary>
/// <remarks>
/// Calls block, are thread-safe, and raise <see cref="FileSystemException"/>. No member follows a symbolic link below the root. A crash
/// may take every name that was changed since the last <see cref="FlushDirectory"/> of its directory, and every byte that was written since
/// the last <see cref="IOpenFile.Flush"/> or <see cref="FlushFile"/> of its file.
/// </remarks>
public interface IFileSystem : IDisposable
{
    /// <summary>A text that is equal for equal root directories of this machine.</summary>
    string Identity { get; }

    /// <summary>Whether upper and lower case are different names.</summary>
    bool IsCaseSensitive { get; }

    /// <summary>Looks a path up.</summary>
    /// <param name="path">The path.</param>
    /// <returns>What is there; <see langword="null"/> if nothing is.</returns>
    FileStatus? Stat(RemotePath path);

    /// <summary>All entries of a directory, those that no <see cref="RemotePath"/> can name left out.</summary>
    /// <param name="directory">The directory.</param>
    /// <returns>The entries, in no particular order.</returns>
    IEnumerable<RemoteEntry> List(RemotePath directory);

    /// <summary>Opens a regular file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="access">For reading, for update in place, or as a new file, which fails where something is.</param>
    /// <param name="reserve">For a new file: bytes to reserve without changing the length, as far as the storage can.</param>
    /// <returns>The open file, owned by the caller.</returns>
    IOpenFile Open(RemotePath path, FileUse access, long reserve = 0);

    /// <summary>Reads a regular file whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="buffer">Receives its content.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <returns>How many bytes the file has, or had when it ended while it was read. If the buffer has fewer, nothing was read.</returns>
    async ValueTask<long> ReadAllAsync(RemotePath path, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var file = Open(path, FileUse.Read);
        var length = file.Length;
        if (length > buffer.Length)
        {
            return length;
        }

        var total = 0;
        while (total < length && await file.ReadAsync(total, buffer[total..(int)length], cancellationToken).ConfigureAwait(false) is > 0 and var count)
        {
            total += count;
        }

        return total;
    }

    /// <summary>Renames a file, replacing a file that has the new name, in one step.</summary>
    /// <param name="source">The file.</param>
    /// <param name="destination">Its new name.</param>
    void Rename(RemotePath source, RemotePath destination);

    /// <summary>Renames a file; fails with <see cref="FileFailure.Exists"/> where something has the new name.</summary>
    /// <param name="source">The file.</param>
    /// <param name="destination">Its new name.</param>
    void RenameToNew(RemotePath source, RemotePath destination);

    /// <summary>Removes a name that is not a directory's.</summary>
    /// <param name="path">The name.</param>
    void Unlink(RemotePath path);

    /// <summary>Makes one directory; fails with <see cref="FileFailure.Exists"/> where something is: of two callers one succeeds.</summary>
    /// <param name="path">The directory.</param>
    void MakeDirectory(RemotePath path);

    /// <summary>Removes an empty directory.</summary>
    /// <param name="path">The directory.</param>
    void RemoveDirectory(RemotePath path);

    /// <summary>Makes all bytes of a regular file durable that were written so far, by whomever.</summary>
    /// <param name="path">The file.</param>
    void FlushFile(RemotePath path)
    {
        using var file = Open(path, FileUse.Update);
        file.Flush();
    }

    /// <summary>Makes the names in a directory durable, where the operating system can.</summary>
    /// <param name="directory">The directory.</param>
    void FlushDirectory(RemotePath directory);

    /// <summary>Sets the modification time of a directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="time">The time.</param>
    void SetDirectoryTime(RemotePath directory, DateTimeOffset time);

    /// <summary>
    /// Fastens a short text to a directory, where the storage can: it is no entry of any listing, changes no time that anybody looks at, and goes with the
    /// directory.
    /// </summary>
    /// <param name="directory">The directory.</param>
    /// <param name="note">The text.</param>
    void SetNote(RemotePath directory, string note)
    {
        // Most storages cannot.
    }

    /// <summary>Reads the text that was fastened to a directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <returns>The text; <see langword="null"/> if there is none, or none can be read.</returns>
    string? GetNote(RemotePath directory) => null;

    /// <summary>How much room there is.</summary>
    /// <returns>Bytes that this user can still write, or <see langword="null"/> where the storage does not say.</returns>
    long? GetAvailableBytes();
}
