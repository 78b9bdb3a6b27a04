using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace MirrorBackup.Remotes.Local;

/// <summary>A file of the operating system: a handle and positional reads and writes.</summary>
internal sealed class HandleFile(SafeFileHandle handle, RemotePath path, Action<SafeFileHandle, long, long>? startWriteBack) : IOpenFile
{
    public SafeFileHandle Handle => handle;

    public RemotePath Path => path;

    public long Length
    {
        get
        {
            try
            {
                return RandomAccess.GetLength(handle);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw FrameworkErrors.Translate(exception, path);
            }
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            return await RandomAccess.ReadAsync(handle, buffer, offset, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FrameworkErrors.Translate(exception, path);
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        try
        {
            await RandomAccess.WriteAsync(handle, data, offset, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FrameworkErrors.Translate(exception, path);
        }
    }

    public void SetLength(long length)
    {
        try
        {
            RandomAccess.SetLength(handle, length);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FrameworkErrors.Translate(exception, path);
        }
    }

    public void StartWriteBack(long offset, long length) => startWriteBack?.Invoke(handle, offset, length);

    public void Flush()
    {
        try
        {
            RandomAccess.FlushToDisk(handle);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FrameworkErrors.Translate(exception, path);
        }
    }

    public void Dispose() => handle.Dispose();
}
