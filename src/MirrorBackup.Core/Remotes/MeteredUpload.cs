using System.IO.Pipelines;
using Microsoft.Win32.SafeHandles;

namespace MirrorBackup.Remotes;

/// <summary>Counts what is written into an upload.</summary>
internal sealed class MeteredUpload(IUpload inner, MeteredRemote meter) : IUpload
{
    public RemotePath Path => inner.Path;

    public PipeWriter Output { get; } = new Writer(inner.Output, meter);

    public async ValueTask<RangeCopy> TryAppendAsync(SafeFileHandle file, long offset, long length, CancellationToken cancellationToken = default)
    {
        var result = await inner.TryAppendAsync(file, offset, length, cancellationToken).ConfigureAwait(false);
        meter.AddWritten(result.IsDone ? length : 0);
        return result;
    }

    public ValueTask CommitAsync(CancellationToken cancellationToken = default) => inner.CommitAsync(cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private sealed class Writer(PipeWriter inner, MeteredRemote meter) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);

        public override void Advance(int bytes)
        {
            meter.AddWritten(bytes);
            inner.Advance(bytes);
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

        public override ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            meter.AddWritten(source.Length);
            return inner.WriteAsync(source, cancellationToken);
        }

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override ValueTask CompleteAsync(Exception? exception = null) => inner.CompleteAsync(exception);
    }
}
