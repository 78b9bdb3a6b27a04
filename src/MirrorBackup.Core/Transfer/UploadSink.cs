using System.Runtime.CompilerServices;
using MirrorBackup.Remotes;

namespace MirrorBackup.Transfer;

/// <summary>Feeds an upload.</summary>
internal sealed class UploadSink(CopyTarget<IUpload> target) : IFanOutSink
{
    private IUpload? _upload;
    private long _bytes;

    public async ValueTask OpenAsync(CancellationToken cancellationToken) =>
        _upload = await target.Open(cancellationToken).ConfigureAwait(false);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<long> WriteAsync(BlockLease block, CancellationToken cancellationToken)
    {
        if (block.Unread is { } unread && await TryCopyAsync(unread, cancellationToken).ConfigureAwait(false))
        {
            _bytes += block.Length;
            return block.Length;
        }

        var flushed = await _upload!.Output.WriteAsync(block.Data, cancellationToken).ConfigureAwait(false);

        // A storage that has gone takes what is written without a word (System.IO.Pipelines): the flush is where it shows.
        if (flushed.IsCompleted || flushed.IsCanceled)
        {
            throw new RemoteUnavailableException($"The upload of \"{_upload.Path}\" ended after {_bytes} bytes.") { Path = _upload.Path.Value };
        }

        _bytes += block.Length;
        return block.Length;
    }

    public async ValueTask<long> CommitAsync(CancellationToken cancellationToken)
    {
        if (target.BeforeCommit is { } beforeCommit)
        {
            await beforeCommit(cancellationToken).ConfigureAwait(false);
        }

        await _upload!.CommitAsync(cancellationToken).ConfigureAwait(false);
        return _bytes;
    }

    private async ValueTask<bool> TryCopyAsync(UnreadBlock unread, CancellationToken cancellationToken)
    {
        if (await unread.TryCopyAsync((file, stop) => file.TryCopyToAsync(unread.Offset, unread.Length, _upload!, stop), cancellationToken).ConfigureAwait(false))
        {
            return true;
        }

        await unread.EnsureReadAsync(cancellationToken).ConfigureAwait(false);
        return false;
    }

    public ValueTask DisposeAsync() => _upload?.DisposeAsync() ?? ValueTask.CompletedTask;
}
