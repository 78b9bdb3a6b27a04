using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using MirrorBackup.Remotes.Writing;

namespace MirrorBackup.Remotes.Local;

/// <summary>Takes the bytes of an upload into a temporary file.</summary>
internal sealed class TemporaryFileWriter(LocalDirectory directory, RemotePath path, TemporaryFile file) : BlockPipeWriter
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    protected override async ValueTask StoreAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        await PoolThread.SwitchAsync();
        try
        {
            await file.AppendAsync(data, cancellationToken).ConfigureAwait(false);
        }
        catch (FileSystemException exception)
        {
            throw directory.Translate(exception, path, "write");
        }
    }

    protected override async ValueTask<RangeCopy> StoreRangeAsync(SafeFileHandle source, long offset, long length, CancellationToken cancellationToken) =>
        await directory.WriteAsync(path, "write", (_, _) => file.TryAppend(source, offset, length, cancellationToken), cancellationToken).ConfigureAwait(false);
}
