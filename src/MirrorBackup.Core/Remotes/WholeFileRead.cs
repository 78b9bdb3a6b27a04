using System.Runtime.CompilerServices;

namespace MirrorBackup.Remotes;

/// <summary>Reads a file whole in the steps that every remote has: open, read, close.</summary>
internal static class WholeFileRead
{
    /// <summary>As <see cref="IRemote.ReadAllAsync(RemotePath, Memory{byte}, bool, CancellationToken)"/>.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<long> RunAsync(IRemote remote, RemotePath path, Memory<byte> buffer, bool asStored, CancellationToken cancellationToken)
    {
        var file = asStored
            ? await remote.OpenStoredAsync(path, cancellationToken).ConfigureAwait(false)
            : await remote.OpenReadAsync(path, cancellationToken).ConfigureAwait(false);
        await using (file.ConfigureAwait(false))
        {
            if (file.Length <= buffer.Length)
            {
                await file.ReadExactlyAsync(0, buffer[..(int)file.Length], cancellationToken).ConfigureAwait(false);
            }

            return file.Length;
        }
    }
}
