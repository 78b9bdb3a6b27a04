using System.IO.Pipelines;
using System.Runtime.CompilerServices;

namespace MirrorBackup.Remotes;

/// <summary>Ways to read an <see cref="IRemoteFile"/> that every reader of a format needs.</summary>
public static class RemoteFileExtensions
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Fills a buffer from a position, or fails.</summary>
    /// <param name="file">The file.</param>
    /// <param name="offset">Bytes from the start of the file.</param>
    /// <param name="buffer">Receives exactly as many bytes as it holds.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <returns>When the buffer is full.</returns>
    /// <exception cref="CorruptBackupException">The file ends before (<see cref="ErrorCodes.Truncated"/>).</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask ReadExactlyAsync(
        this IRemoteFile file, long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        var count = await file.ReadAsync(offset, buffer, cancellationToken).ConfigureAwait(false);
        if (count < buffer.Length)
        {
            throw Truncated(file, offset, buffer.Length, count);
        }
    }

    /// <summary>Sends a range of a file through a pipe, in large pieces.</summary>
    /// <param name="file">The file.</param>
    /// <param name="offset">Bytes from the start of the file.</param>
    /// <param name="length">How many bytes; all of them must be there.</param>
    /// <param name="output">Receives the bytes, flushed as they come; not completed.</param>
    /// <param name="cancellationToken">Stops the copy; what <paramref name="output"/> got is then undefined.</param>
    /// <returns>How many bytes were sent; fewer than <paramref name="length"/> only if the reader of the pipe has ended.</returns>
    /// <exception cref="CorruptBackupException">The file ends before (<see cref="ErrorCodes.Truncated"/>).</exception>
    public static async ValueTask<long> CopyToAsync(
        this IRemoteFile file, long offset, long length, PipeWriter output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentNullException.ThrowIfNull(output);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        for (var sent = 0L; sent < length;)
        {
            var wanted = (int)Math.Min(length - sent, PieceBytes);
            var memory = output.GetMemory(wanted)[..wanted];
            await file.ReadExactlyAsync(offset + sent, memory, cancellationToken).ConfigureAwait(false);
            output.Advance(wanted);
            sent += wanted;
            var result = await output.FlushAsync(cancellationToken).ConfigureAwait(false);
            if (result.IsCompleted)
            {
                return sent;
            }
        }

        return length;
    }

    /// <summary>Reads a range of a file as a pipe, in large pieces.</summary>
    /// <param name="file">The file; must stay open until the reader is completed, which does not close it.</param>
    /// <param name="offset">Bytes from the start of the file.</param>
    /// <param name="length">How many bytes; all of them must be there, else reading raises <see cref="CorruptBackupException"/>.</param>
    /// <returns>A reader, to be completed by the caller.</returns>
    public static PipeReader AsPipeReader(this IRemoteFile file, long offset, long length) =>
        PipeReader.Create(file.AsStream(offset, length), new StreamPipeReaderOptions(bufferSize: PieceBytes, minimumReadSize: PieceBytes / 8));

    /// <summary>Reads a range of a file as a stream, for members of the framework that take one. It has no buffer of its own.</summary>
    /// <param name="file">The file; must stay open as long as the stream is read. Disposing the stream does not close it.</param>
    /// <param name="offset">Bytes from the start of the file.</param>
    /// <param name="length">How many bytes; all of them must be there, else reading raises <see cref="CorruptBackupException"/>.</param>
    /// <returns>A stream, read forwards by one caller at a time.</returns>
    public static Stream AsStream(this IRemoteFile file, long offset, long length)
    {
        ArgumentNullException.ThrowIfNull(file);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return new RemoteFileStream(file, offset, length);
    }

    internal static CorruptBackupException Truncated(IRemoteFile file, long offset, long wanted, long found) =>
        new($"{file.Path} ends too early: {wanted} bytes were expected at offset {offset}, {found} are there (the file had {file.Length} bytes when it was opened).", ErrorCodes.Truncated)
        {
            Path = file.Path.Value,
        };
}
