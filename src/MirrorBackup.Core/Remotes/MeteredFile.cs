using System.Runtime.CompilerServices;

namespace MirrorBackup.Remotes;

/// <summary>Counts what is read from an open file.</summary>
internal class MeteredFile(IRemoteFile inner, MeteredRemote meter) : IRemoteFile
{
    public RemotePath Path => inner.Path;

    public long Length => inner.Length;

    public bool IsSequential => inner.IsSequential;

    protected MeteredRemote Meter { get; } = meter;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await inner.ReadAsync(offset, buffer, cancellationToken).ConfigureAwait(false);
        Meter.AddRead(count);
        return count;
    }

    public async ValueTask<RangeCopy> TryCopyToAsync(long offset, long length, IUpload upload, CancellationToken cancellationToken = default)
    {
        var result = await inner.TryCopyToAsync(offset, length, upload, cancellationToken).ConfigureAwait(false);
        Meter.AddRead(result.IsDone ? length : 0);
        return result;
    }

    public ValueTask DisposeAsync() => inner.DisposeAsync();
}
