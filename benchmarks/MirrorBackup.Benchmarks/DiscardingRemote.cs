using System.IO.Pipelines;
using MirrorBackup.Remotes;

namespace MirrorBackup.Benchmarks;

/// <summary>A remote whose uploads go nowhere and cost nothing.</summary>
internal sealed class DiscardingRemote() : DelegatingRemote(new MemoryRemote())
{
    public override ValueTask<IUpload> CreateAsync(RemotePath path, UploadOptions options = default, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<IUpload>(new Upload(path));

    private sealed class Upload(RemotePath path) : IUpload
    {
        public RemotePath Path => path;

        public PipeWriter Output { get; } = new Writer();

        public ValueTask CommitAsync(CancellationToken cancellationToken = default) => ValueTask.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Writer : PipeWriter
    {
        private byte[] _buffer = new byte[1 << 20];

        public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer.Length >= sizeHint ? _buffer : _buffer = new byte[sizeHint];

        public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

        public override void Advance(int bytes)
        {
            // What is in the buffer is overwritten next.
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(default(FlushResult));

        public override void CancelPendingFlush()
        {
            // No flush is ever pending.
        }

        public override void Complete(Exception? exception = null)
        {
            // Nothing is held.
        }
    }
}
