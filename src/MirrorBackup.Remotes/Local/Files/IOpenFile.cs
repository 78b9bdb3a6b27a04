namespace MirrorBackup.Remotes.Local;

/// <summary>
/// An open file of an <see cref="IFileSystem"/>. Thread-safe for different ranges. Calls may block, those that return tasks, too: they are made on threads of the pool.
/// </summary>
public interface IOpenFile : IDisposable
{
    /// <summary>The current length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads once from a position; may return less than asked, 0 only at the end.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="buffer">Receives the bytes.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>How many bytes were read.</returns>
    ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Writes all of the data at a position.</summary>
    /// <param name="offset">Where the first byte goes.</param>
    /// <param name="data">The bytes; may be reused once the call has ended.</param>
    /// <param name="cancellationToken">Stops the call; any part may be written.</param>
    ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken);

    /// <summary>Cuts the file, or lets it grow with zeros.</summary>
    /// <param name="length">The length in bytes.</param>
    void SetLength(long length);

    /// <summary>Lets the system begin to write a range to the disk, without waiting; does nothing where it cannot.</summary>
    /// <param name="offset">The first byte.</param>
    /// <param name="length">How many.</param>
    void StartWriteBack(long offset, long length);

    /// <summary>Makes content and length durable.</summary>
    void Flush();
}
