using System.IO.Pipelines;

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

    /// <summary>Ends the file and makes it visible, in the grade that was asked for.</summary>
    /// <param name="cancellationToken">Stops the call; nothing is visible then, unless the storage had already done it.</param>
    /// <exception cref="CorruptBackupException">
    /// <see cref="UploadOptions.Length"/> was announced and another number of bytes was written (<see cref="ErrorCodes.UploadLengthMismatch"/>).
    /// </exception>
    /// <exception cref="RemoteConflictException"><see cref="UploadOptions.MustBeNew"/> and the file is there by now.</exception>
    ValueTask CommitAsync(CancellationToken cancellationToken = default);
}
