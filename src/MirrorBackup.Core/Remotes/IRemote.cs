namespace MirrorBackup.Remotes;

/// <summary>
/// Named byte sequences on some storage: a local directory, a bucket, a server. A remote knows nothing of backups.
/// </summary>
/// <remarks>
/// <para>
/// Every member is thread-safe. Paths are <see cref="RemotePath"/>s: resolving one never leaves the root of the remote, symbolic
/// links included. A remote that was opened read-only answers every writing member with <see cref="RemoteAccessDeniedException"/>
/// and never writes, not even a lock or a temporary file.
/// </para>
/// <para>
/// Failures: <see cref="RemoteNotFoundException"/> if, and only if, it is certain that nothing is there;
/// <see cref="RemoteAccessDeniedException"/>, <see cref="RemoteFullException"/> and <see cref="RemoteConflictException"/> where the storage
/// says so; <see cref="RemoteUnavailableException"/> for everything else that the storage raises. Each carries the path and
/// <see cref="Name"/>. A remote may repeat an operation that can be repeated without harm; callers do not repeat uploads.
/// </para>
/// <para>
/// Directories exist where the storage has them; where it has not, they exist as long as something is below them. Writing a file
/// makes the directories above it.
/// </para>
/// <para>
/// Two grades of writing (<see cref="WriteGrade"/>). <see cref="WriteGrade.Publish"/>: the file is there whole and durable, or it is not there;
/// a reader never sees a part of it, a crash leaves at most a temporary name (<see cref="TemporaryName"/>).
/// <see cref="WriteGrade.Stage"/>: the file is whole, but durable only after <see cref="FlushAsync"/>; for what nothing lists yet.
/// </para>
/// <para>Disposing closes what the remote holds open; operations under way fail. Handles and uploads must be disposed before.</para>
/// </remarks>
public interface IRemote : IAsyncDisposable
{
    /// <summary>What the remote is called in messages, logs and reports. Never holds a secret, a user name or a query.</summary>
    string Name { get; }

    /// <summary>
    /// A text that is equal for two remotes, even in different processes, when and only when both are known to be the same storage and
    /// root; used to refuse a job whose destination is its source. Never holds a secret.
    /// </summary>
    string Identity { get; }

    /// <summary>Facts about this storage.</summary>
    RemoteCapabilities Capabilities { get; }

    /// <summary>Lists the direct entries of a directory, in no particular order, temporary and foreign names included.</summary>
    /// <param name="directory">The directory; <see cref="RemotePath.Root"/> for the root.</param>
    /// <param name="cancellationToken">Stops the listing.</param>
    /// <returns>
    /// The entries. A listing that cannot be completed fails; it never ends early. Names that no <see cref="RemotePath"/> can have
    /// (a backslash, a control character, …) are foreign for certain and are left out.
    /// </returns>
    /// <exception cref="RemoteNotFoundException">The directory is not there. A storage without directories returns no entries instead.</exception>
    /// <exception cref="RemoteConflictException">The path is a file.</exception>
    IAsyncEnumerable<RemoteEntry> ListAsync(RemotePath directory, CancellationToken cancellationToken = default);

    /// <summary>Looks one path up.</summary>
    /// <param name="path">The path.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The entry, or <see langword="null"/> if it is certain that nothing is there.</returns>
    ValueTask<RemoteEntry?> StatAsync(RemotePath path, CancellationToken cancellationToken = default);

    /// <summary>Opens a file for reading at any position; read-only at the storage, too.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The open file, owned by the caller.</returns>
    /// <exception cref="RemoteNotFoundException">The file is not there.</exception>
    /// <exception cref="RemoteConflictException">The path is a directory.</exception>
    ValueTask<IRemoteFile> OpenReadAsync(RemotePath path, CancellationToken cancellationToken = default);

    /// <summary>
    /// Opens a file for reading its bytes as they are stored: on a remote that encrypts, the encrypted ones; elsewhere the same as
    /// <see cref="OpenReadAsync"/>. For passing files on, undecoded, to a remote of the same
    /// <see cref="RemoteCapabilities.EncryptionFingerprint"/> (<see cref="WriteOptions.AsStored"/>, <see cref="UploadOptions.AsStored"/>).
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>
    /// The open file, owned by the caller. Where the bytes carry an authentication tag it is checked: the read that would give the last bytes
    /// fails if the tag does not fit.
    /// </returns>
    /// <exception cref="RemoteNotFoundException">The file is not there.</exception>
    /// <exception cref="RemoteConflictException">The path is a directory.</exception>
    ValueTask<IRemoteFile> OpenStoredAsync(RemotePath path, CancellationToken cancellationToken = default) => OpenReadAsync(path, cancellationToken);

    /// <summary>Reads a small file whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maximumLength">The most bytes to accept; a longer file is refused before it is read.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Its content.</returns>
    /// <exception cref="RemoteNotFoundException">The file is not there.</exception>
    /// <exception cref="CorruptBackupException">The file is longer than <paramref name="maximumLength"/> (<see cref="ErrorCodes.FileTooLarge"/>).</exception>
    ValueTask<byte[]> ReadAllAsync(RemotePath path, int maximumLength, CancellationToken cancellationToken = default);

    /// <summary>Reads a small file whole into a buffer, such as one of the thousands that hold the blocks of a disk.</summary>
    /// <param name="path">The file.</param>
    /// <param name="buffer">Receives its content; what is behind that is undefined.</param>
    /// <param name="asStored">Whether to give the bytes as they are stored, authenticated as by <see cref="OpenStoredAsync"/>.</param>
    /// <param name="cancellationToken">Stops the call; the content of the buffer is then undefined.</param>
    /// <returns>How many bytes the file has. If the buffer has fewer, nothing was read.</returns>
    /// <exception cref="RemoteNotFoundException">The file is not there.</exception>
    /// <exception cref="RemoteConflictException">The path is a directory.</exception>
    /// <exception cref="CorruptBackupException">The file was cut while it was read, and the remote does not give it as it is now (<see cref="ErrorCodes.Truncated"/>).</exception>
    /// <remarks>By default the file is opened, read and closed; a remote that can do so at once does it here.</remarks>
    ValueTask<long> ReadAllAsync(RemotePath path, Memory<byte> buffer, bool asStored = false, CancellationToken cancellationToken = default) =>
        WholeFileRead.RunAsync(this, path, buffer, asStored, cancellationToken);

    /// <summary>Writes a small file whole. Replaces an existing one unless <see cref="WriteOptions.MustBeNew"/> is set.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">Its content; may be reused once the call has ended.</param>
    /// <param name="options">Grade and condition.</param>
    /// <param name="cancellationToken">Stops the call; then either the old or the new content is there.</param>
    /// <exception cref="RemoteConflictException"><see cref="WriteOptions.MustBeNew"/> and the file is there, or the path is a directory.</exception>
    ValueTask WriteAllAsync(RemotePath path, ReadOnlyMemory<byte> content, WriteOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>Begins to write a file of any size.</summary>
    /// <param name="path">The file. Nothing is visible under this name before <see cref="IUpload.CommitAsync"/>.</param>
    /// <param name="options">Grade, condition and length.</param>
    /// <param name="cancellationToken">Stops the call, not the upload that it returns.</param>
    /// <returns>The upload, owned by the caller; disposing it without a commit leaves nothing.</returns>
    ValueTask<IUpload> CreateAsync(RemotePath path, UploadOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>
    /// Opens an existing file for writing in place, at any position. Only where <see cref="RemoteCapabilities.SupportsUpdate"/>.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The open file, owned by the caller. Its writes are durable after <see cref="IRemoteFileUpdate.FlushAsync"/>.</returns>
    /// <exception cref="RemoteNotFoundException">The file is not there.</exception>
    /// <exception cref="NotSupportedException">The remote has no such capability.</exception>
    ValueTask<IRemoteFileUpdate> OpenForUpdateAsync(RemotePath path, CancellationToken cancellationToken = default);

    /// <summary>
    /// Gives a file another name, replacing what has it. Atomic where <see cref="RemoteCapabilities.HasAtomicMove"/>; otherwise
    /// the new name is whole before the old one goes.
    /// </summary>
    /// <param name="source">The file.</param>
    /// <param name="destination">Its new name; directories above it are made.</param>
    /// <param name="grade">
    /// When the new name must be durable. A staged move is after <see cref="FlushAsync"/> of a tree that holds <paramref name="destination"/>; before that a power
    /// cut may leave it undone, each such move by itself. A remote may make it durable at once.
    /// </param>
    /// <param name="cancellationToken">Stops the call; then the file has one name or the other, never none.</param>
    /// <exception cref="RemoteNotFoundException"><paramref name="source"/> is not there; nothing was changed.</exception>
    /// <exception cref="RemoteConflictException"><paramref name="source"/> or <paramref name="destination"/> is a directory.</exception>
    ValueTask MoveAsync(RemotePath source, RemotePath destination, WriteGrade grade = WriteGrade.Publish, CancellationToken cancellationToken = default);

    /// <summary>Removes a file, durably. Nothing happens if it is not there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Stops the call; the file may be gone or not.</param>
    /// <exception cref="RemoteConflictException">The path is a directory.</exception>
    ValueTask DeleteAsync(RemotePath path, CancellationToken cancellationToken = default);

    /// <summary>Makes a directory and those above it. Nothing happens if it is there, or if the storage has no directories.</summary>
    /// <param name="path">The directory.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="RemoteConflictException">A file is in the way.</exception>
    ValueTask CreateDirectoryAsync(RemotePath path, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes a directory with all that is below it; symbolic links are removed, never followed. Nothing happens if it is not there.
    /// </summary>
    /// <param name="path">The directory; never the root.</param>
    /// <param name="cancellationToken">Stops the call; a part may be gone.</param>
    /// <exception cref="ArgumentException"><paramref name="path"/> is the root.</exception>
    /// <exception cref="RemoteConflictException">The path is a file.</exception>
    ValueTask DeleteTreeAsync(RemotePath path, CancellationToken cancellationToken = default);

    /// <summary>Makes durable all that was staged at or below a path, names included.</summary>
    /// <param name="tree">A directory or a file; one that is not there is fine.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <remarks>
    /// After a failure what was staged there must be written anew: a system that could not write its pages forgets them, and a second
    /// flush succeeds without them.
    /// </remarks>
    ValueTask FlushAsync(RemotePath tree, CancellationToken cancellationToken = default);

    /// <summary>
    /// Takes the lock of a directory in the way of Xen Orchestra: a sibling directory <c>&lt;name&gt;.lock</c> whose time is refreshed
    /// (<c>formats/repository.md</c> §2.7). The directory is made if it is not there.
    /// </summary>
    /// <param name="directory">The directory to lock; never the root, whose lock would lie outside.</param>
    /// <param name="options">How long to wait.</param>
    /// <param name="cancellationToken">Stops the waiting; nothing is held then.</param>
    /// <returns>The lock, owned by the caller; disposing it releases it.</returns>
    /// <exception cref="ArgumentException"><paramref name="directory"/> is the root.</exception>
    /// <exception cref="BackupLockedException">Somebody else still held it at the end of the waiting.</exception>
    /// <exception cref="NotSupportedException">The remote has no locks (<see cref="RemoteCapabilities.SupportsLocks"/>).</exception>
    ValueTask<IRemoteLock> LockAsync(RemotePath directory, LockOptions options = default, CancellationToken cancellationToken = default);

    /// <summary>How much room there is.</summary>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>Bytes that can still be written, or <see langword="null"/> where the storage does not say.</returns>
    ValueTask<long?> GetAvailableBytesAsync(CancellationToken cancellationToken = default);
}
