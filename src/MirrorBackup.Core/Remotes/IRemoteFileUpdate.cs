namespace MirrorBackup.Remotes;

/// <summary>A file that is open for reading and for writing in place. Writes to different places may run at once.</summary>
/// <remarks>Disposing closes the file and flushes nothing.</remarks>
public interface IRemoteFileUpdate : IRemoteFile
{
    /// <summary>Writes at a position; the file grows if needed. Not atomic, and durable only after <see cref="FlushAsync"/>.</summary>
    /// <param name="offset">Bytes from the start of the file.</param>
    /// <param name="data">All of it is written.</param>
    /// <param name="cancellationToken">Stops the write; a part may have been written.</param>
    ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default);

    /// <summary>Cuts the file, or lets it grow with zeros.</summary>
    /// <param name="length">The new length in bytes.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    ValueTask SetLengthAsync(long length, CancellationToken cancellationToken = default);

    /// <summary>Makes all that was written durable, and the file's length with it: a barrier between what is before and what comes after.</summary>
    /// <param name="cancellationToken">Stops the call; what was written may or may not be durable then.</param>
    ValueTask FlushAsync(CancellationToken cancellationToken = default);
}
