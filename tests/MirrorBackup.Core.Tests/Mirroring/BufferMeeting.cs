using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Runtime.InteropServices;
using MirrorBackup.Remotes;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>
/// Where destinations meet over each block: every one waits until all have been given theirs. Two that hold one buffer at the same moment were given what was
/// prepared once.
/// </summary>
internal sealed class BufferMeeting(int participants)
{
    private readonly ConcurrentDictionary<string, Block> _blocks = new(StringComparer.Ordinal);

    /// <summary>How many different buffers there were for each block.</summary>
    public IReadOnlyList<int> BuffersPerBlock => [.. _blocks.Values.Select(static block => block.Buffers.Distinct(ReferenceEqualityComparer.Instance).Count())];

    /// <summary>How often each block was given to somebody.</summary>
    public IReadOnlyList<int> WritesPerBlock => [.. _blocks.Values.Select(static block => block.Buffers.Count)];

    /// <summary>A destination that takes part.</summary>
    public IRemote Join(IRemote remote) => new Participant(remote, this);

    private async Task ArriveAsync(string block, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        Assert.True(MemoryMarshal.TryGetArray(buffer, out var segment));
        var meeting = _blocks.GetOrAdd(block, static _ => new Block());
        meeting.Buffers.Enqueue(segment.Array!);
        if (meeting.Buffers.Count >= participants)
        {
            meeting.IsComplete.TrySetResult();
        }

        await meeting.IsComplete.Task.WaitAsync(cancellationToken);
    }

    private sealed class Block
    {
        public ConcurrentQueue<byte[]> Buffers { get; } = new();

        public TaskCompletionSource IsComplete { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private sealed class Participant(IRemote inner, BufferMeeting meeting) : DelegatingRemote(inner)
    {
        public override async ValueTask WriteAllAsync(
            RemotePath path, ReadOnlyMemory<byte> content, WriteOptions options = default, CancellationToken cancellationToken = default)
        {
            if (path.Value.Contains("/blocks/", StringComparison.Ordinal))
            {
                await meeting.ArriveAsync(path.Value, content, cancellationToken);
            }

            await base.WriteAllAsync(path, content, options, cancellationToken);
        }

        public override async ValueTask<IUpload> CreateAsync(RemotePath path, UploadOptions options = default, CancellationToken cancellationToken = default) =>
            new Upload(await base.CreateAsync(path, options, cancellationToken), meeting);
    }

    private sealed class Upload(IUpload inner, BufferMeeting meeting) : IUpload
    {
        public RemotePath Path => inner.Path;

        public PipeWriter Output { get; } = new Writer(inner, meeting);

        public ValueTask CommitAsync(CancellationToken cancellationToken = default) => inner.CommitAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    private sealed class Writer(IUpload upload, BufferMeeting meeting) : PipeWriter
    {
        private const int BlockBytes = 2 << 20;

        private int _blocks;

        public override Memory<byte> GetMemory(int sizeHint = 0) => upload.Output.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => upload.Output.GetSpan(sizeHint);

        public override void Advance(int bytes) => upload.Output.Advance(bytes);

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => upload.Output.FlushAsync(cancellationToken);

        public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            if (source.Length >= BlockBytes) // with or without its bitmap
            {
                await meeting.ArriveAsync($"{upload.Path}#{_blocks++}", source, cancellationToken);
            }

            return await upload.Output.WriteAsync(source, cancellationToken);
        }

        public override void CancelPendingFlush() => upload.Output.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => upload.Output.Complete(exception);
    }
}
