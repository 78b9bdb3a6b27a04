using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;

namespace MirrorBackup.Remotes.Local;

/// <summary>A file of the operating system: a handle and positional reads and writes.</summary>
internal sealed class HandleFile(SafeFileHandle handle, RemotePath path, Action<SafeFileHandle, long, long>? startWriteBack) : IOpenFile
{
    // A quarter of a block with what goes with it. Of larger writes Linux makes folios of up to 2 MiB, and a virtual machine whose host takes such stretches
    // of free memory has to wait for each: up to five times as slow.
    private const int PieceBytes = 516 << 10;

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
            return handle.IsAsync
                ? await RandomAccess.ReadAsync(handle, buffer, offset, cancellationToken).ConfigureAwait(false)
                : RandomAccess.Read(handle, buffer.Span, offset);
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
            if (handle.IsAsync)
            {
                await RandomAccess.WriteAsync(handle, data, offset, cancellationToken).ConfigureAwait(false);
                return;
            }

            while (data.Length > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var piece = data[..Math.Min(data.Length, PieceBytes)];
                RandomAccess.Write(handle, piece.Span, offset);
                (offset, data) = (offset + piece.Length, data[piece.Length..]);
            }
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
