namespace MirrorBackup.Disks;

/// <summary>Writes the content of a disk as a raw image: byte for byte what the guest sees.</summary>
public static class RawImage
{
    // What is zero in pieces of this size is left out, which makes a hole where the file system has holes.
    private const int HoleBytes = 64 * 1024;

    /// <summary>Writes the image, sparse: what is zero is not written.</summary>
    /// <param name="disk">A key, or a chain down to one; not disposed.</param>
    /// <param name="destination">Seekable and writable; what it holds is cut away first. Not disposed, not flushed to the medium.</param>
    /// <param name="progress">Is told the bytes of the disk that are done, after each block.</param>
    /// <param name="cancellationToken">Stops the export; the destination then holds a part.</param>
    /// <exception cref="ArgumentException">The disk is a delta, or the destination cannot be written at any position.</exception>
    /// <exception cref="CorruptBackupException">A block cannot be read.</exception>
    public static async ValueTask ExportAsync(
        IVirtualDisk disk, Stream destination, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(disk);
        ArgumentNullException.ThrowIfNull(destination);
        if (!destination.CanSeek || !destination.CanWrite)
        {
            throw new ArgumentException("A raw image needs a stream that is seekable and writable.", nameof(destination));
        }

        destination.SetLength(0);
        destination.SetLength(disk.VirtualSize);
        await foreach (var piece in DiskView.ReadAsync(disk, cancellationToken).ConfigureAwait(false))
        {
            await WriteAsync(destination, piece, cancellationToken).ConfigureAwait(false);
            progress?.Report(piece.Offset + piece.Length);
        }

        await destination.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask WriteAsync(Stream destination, DiskPiece piece, CancellationToken cancellationToken)
    {
        for (var start = 0; start < piece.Data.Length;)
        {
            var end = start;
            while (end < piece.Data.Length && HasContent(piece.Data, end))
            {
                end = Math.Min(end + HoleBytes, piece.Data.Length);
            }

            if (end > start)
            {
                destination.Position = piece.Offset + start;
                await destination.WriteAsync(piece.Data[start..end], cancellationToken).ConfigureAwait(false);
            }

            start = end + HoleBytes;
        }
    }

    private static bool HasContent(ReadOnlyMemory<byte> data, int start) =>
        data.Span.Slice(start, Math.Min(HoleBytes, data.Length - start)).ContainsAnyExcept((byte)0);
}
