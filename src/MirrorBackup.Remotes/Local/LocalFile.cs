using System.Runtime.CompilerServices;

namespace MirrorBackup.Remotes.Local;

/// <summary>A file of a <see cref="LocalRemote"/> that is open for reading, or for reading and writing in place.</summary>
internal class LocalFile(LocalDirectory directory, RemotePath path, IOpenFile file) : IRemoteFile
{
    private int _disposed;

    public RemotePath Path { get; } = path;

    public long Length { get; } = file.Length;

    protected LocalDirectory Directory { get; } = directory;

    protected IOpenFile File { get; } = file;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ThrowIfDisposed();
        cancellationToken.ThrowIfCancellationRequested();
        await PoolThread.SwitchAsync();
        var total = 0;
        try
        {
            while (total < buffer.Length)
            {
                var count = await File.ReadAsync(offset + total, buffer[total..], cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    break;
                }

                total += count;
            }
        }
        catch (FileSystemException exception)
        {
            throw Directory.Translate(exception, Path, "read");
        }

        return total;
    }

    public ValueTask<RangeCopy> TryCopyToAsync(long offset, long length, IUpload upload, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentNullException.ThrowIfNull(upload);
        ThrowIfDisposed();
        return File is HandleFile system
            ? upload.TryAppendAsync(system.Handle, offset, length, cancellationToken)
            : new(RangeCopy.Refused("the source is not a file of the operating system"));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            // Closing may wait for the storage.
            await PoolThread.SwitchAsync();
            File.Dispose();
        }
    }

    protected void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(_disposed != 0, typeof(IRemoteFile));
}
