namespace MirrorBackup.Remotes.Local;

/// <summary>A file of a <see cref="LocalRemote"/> that is open for writing in place.</summary>
internal sealed class LocalFileUpdate(LocalDirectory directory, RemotePath path, IOpenFile file)
    : LocalFile(directory, path, file), IRemoteFileUpdate
{
    /// <summary>From this size on a write is a block of a disk, of which many follow: the disk may begin with it at once.</summary>
    private const int WriteBackBytes = 256 << 10;

    public async ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        await PoolThread.SwitchAsync();
        try
        {
            await File.WriteAsync(offset, data, cancellationToken).ConfigureAwait(false);
            if (data.Length >= WriteBackBytes)
            {
                File.StartWriteBack(offset, data.Length);
            }
        }
        catch (FileSystemException exception)
        {
            throw Directory.Translate(exception, Path, "write");
        }
    }

    public async ValueTask SetLengthAsync(long length, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ThrowIfDisposed();
        await Directory.WriteAsync(
            Path,
            "set the length of",
            (_, _) =>
            {
                File.SetLength(length);
                return 0;
            },
            cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        ThrowIfDisposed();
        await Directory.WriteAsync(
            Path,
            "flush",
            (_, _) =>
            {
                File.Flush();
                return 0;
            },
            cancellationToken).ConfigureAwait(false);
    }
}
