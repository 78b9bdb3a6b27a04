namespace MirrorBackup.Remotes.Local;

/// <summary>An open file of an <see cref="IFileSystem"/>. Thread-safe for different ranges.</summary>
internal interface IOpenFile : IDisposable
{
    /// <summary>The current length in bytes.</summary>
    long Length { get; }

    /// <summary>Reads once from a position; may return less than asked, 0 only at the end.</summary>
    ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>Writes all of the data at a position.</summary>
    ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken);

    /// <summary>Cuts the file, or lets it grow with zeros.</summary>
    void SetLength(long length);

    /// <summary>Lets the system begin to write a range to the disk, without waiting; does nothing where it cannot.</summary>
    void StartWriteBack(long offset, long length);

    /// <summary>Makes content and length durable.</summary>
    void Flush();
}
