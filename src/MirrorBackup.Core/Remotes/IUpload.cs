using System.IO.Pipelines;
using Microsoft.Win32.SafeHandles;

namespace MirrorBackup.Remotes;

/// <summary>A file that is being written. One writer at a time.</summary>
/// <remarks>
/// The writer fills <see cref="Output"/>, then calls <see cref="CommitAsync"/>, then disposes. It need not complete
/// <see cref="Output"/>; completing it with an exception aborts the upload. Disposing without a commit, after a failed or a cancelled one, aborts:
/// nothing is left, not even a temporary file, as far as the storage still answers.
/// </remarks>
public interface IUpload : IAsyncDisposable
{
    /// <summary>The path that the file will have.</summary>
    RemotePath Path { get; }

    /// <summary>
    /// Takes the bytes. A flush hands them to the storage and waits while it is slower; it raises the storage's errors.
    /// Owned by the upload.
    /// </summary>
    PipeWriter Output { get; }

    /// <summary>
    /// Appends a range of an open file of this machine, behind what <see cref="Output"/> has been given, flushed or not; what
    /// <see cref="IRemoteFile.TryCopyToAsync"/> ends in.
    /// </summary>
    /// <param name="file">The file, open for reading; stays the caller's.</param>
    /// <param name="offset">Bytes from the start of the file.</param>
    /// <param name="length">How many bytes.</param>
    /// <param name="cancellationToken">Stops the copy; the upload can then only be aborted.</param>
    /// <returns>Done, or a refusal; then the upload is as it was.</returns>
    /// <exception cref="RemoteFullException">The storage has no room.</exception>
    ValueTask<RangeCopy> TryAppendAsync(SafeFileHandle file, long offset, long length, CancellationToken cancellationToken = default) =>
        new(RangeCopy.Refused("the destination is not a file of the operating system"));

    /// <summary>Ends the file and makes it visible, in the grade that was asked for.</summary>
    /// <param name="cancellationToken">Stops the call; nothing is visible then, unless the storage had already done it.</param>
    /// <exception cref="CorruptBackupException">
    /// <see cref="UploadOptions.Length"/> was announced and another number of bytes was written (<see cref="ErrorCodes.UploadLengthMismatch"/>).
    /// </exception>
    /// <exception cref="RemoteConflictException"><see cref="UploadOptions.MustBeNew"/> and the file is there by now.</exception>
    ValueTask CommitAsync(CancellationToken cancellationToken = default);
}
