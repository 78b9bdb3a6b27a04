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
}
