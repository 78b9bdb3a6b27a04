using System.IO.Pipelines;
using MirrorBackup.Remotes.Writing;

namespace MirrorBackup.Remotes.Memory;

/// <summary>An upload into memory, which appears in the tree at its commit.</summary>
internal sealed class MemoryUpload(string remote, RemotePath path, UploadOptions options, Action<MemoryFile> put) : IUpload
{
    private readonly Writer _writer = new();
    private bool _ended;

    public RemotePath Path { get; } = path;

    public PipeWriter Output => _writer;

    public async ValueTask CommitAsync(CancellationToken cancellationToken = default)
    {
        if (_ended)
        {
            throw new InvalidOperationException($"The upload of {Path} has ended already.");
        }

        cancellationToken.ThrowIfCancellationRequested();
        _ended = true;
        await _writer.FinishAsync(cancellationToken).ConfigureAwait(false);
        if (options.Length is { } announced && announced != _writer.WrittenBytes)
        {
            throw new CorruptBackupException(
                $"The upload of {Path} to {remote} got {_writer.WrittenBytes} bytes; {announced} were announced.", ErrorCodes.UploadLengthMismatch)
            {
                Remote = remote,
                Path = Path.Value,
            };
        }

        put(_writer.File);
    }

    public ValueTask DisposeAsync()
    {
        _ended = true;
        _writer.Dispose();
        return ValueTask.CompletedTask;
    }

    private sealed class Writer : BlockPipeWriter
    {
        public MemoryFile File { get; } = new();

        protected override ValueTask StoreAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
        {
            File.Write(offset, data.Span);
            return ValueTask.CompletedTask;
        }
    }
}
