namespace MirrorBackup.Remotes;

/// <summary>A file that is open for reading. Thread-safe: several reads may run at once. Disposing twice is fine.</summary>
/// <remarks>
/// <para>If another file takes the path meanwhile, reads still give the content that was opened, or fail; never a mixture.</para>
/// <para>
/// A remote that decrypts gives the bytes of a small file only after all of it was authenticated. Of a large one it gives bytes as they come,
/// and the read that reaches the end fails if the file is not authentic: what was read before is to be trusted, and committed elsewhere, only
/// after a read to the end. Such a file is decrypted from front to back: reading backwards starts anew.
/// </para>
/// </remarks>
public interface IRemoteFile : IAsyncDisposable
{
    /// <summary>The path that it was opened by.</summary>
    RemotePath Path { get; }

    /// <summary>The length in bytes when it was opened.</summary>
    long Length { get; }

    /// <summary>
    /// Whether only reading from front to back is fast: the bytes depend on those before. Readers then do without looks at the end, and
    /// without several reads at once.
    /// </summary>
    bool IsSequential => false;

    /// <summary>Reads from a position until the buffer is full or the file ends.</summary>
    /// <param name="offset">Bytes from the start of the file; may lie beyond the end.</param>
    /// <param name="buffer">Receives the bytes.</param>
    /// <param name="cancellationToken">Stops the read; the buffer's content is then undefined.</param>
    /// <returns>How many bytes were read; fewer than <paramref name="buffer"/> holds only at the end of the file.</returns>
    ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default);

    /// <summary>
    /// Lets the storage append a range of this file to an upload by itself, so that the bytes do not pass through this process: between two local directories
    /// the kernel copies them, or lets both files share them. Nothing vouches for the bytes then; only who has no need to look at them asks for it.
    /// </summary>
    /// <param name="offset">Bytes from the start of the file.</param>
    /// <param name="length">How many bytes.</param>
    /// <param name="upload">Where they go, behind what its <see cref="IUpload.Output"/> has been given; usually of another remote.</param>
    /// <param name="cancellationToken">Stops the copy; the upload can then only be aborted.</param>
    /// <returns>
    /// Done, or a refusal: where the storage cannot, and also where the range could not be read to its end. Reading it then tells which it was.
    /// </returns>
    /// <exception cref="RemoteFullException">The storage of the upload has no room.</exception>
    ValueTask<RangeCopy> TryCopyToAsync(long offset, long length, IUpload upload, CancellationToken cancellationToken = default) =>
        new(RangeCopy.Refused("the source is not a file of the operating system"));
}
