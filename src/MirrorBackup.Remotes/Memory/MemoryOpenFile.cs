namespace MirrorBackup.Remotes.Memory;

/// <summary>An open file of a <see cref="MemoryRemote"/>.</summary>
internal sealed class MemoryOpenFile(RemotePath path, MemoryFile file, Action? changed) : IRemoteFileUpdate
{
    private bool _disposed;

    public RemotePath Path { get; } = path;

    public long Length { get; } = file.Length;

    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        Check(cancellationToken);
        return ValueTask.FromResult(file.Read(offset, buffer.Span));
    }

    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        Check(cancellationToken);
        file.Write(offset, data.Span);
        changed?.Invoke();
        return ValueTask.CompletedTask;
    }

    public ValueTask SetLengthAsync(long length, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        Check(cancellationToken);
        file.SetLength(length);
        changed?.Invoke();
        return ValueTask.CompletedTask;
    }

    public ValueTask FlushAsync(CancellationToken cancellationToken = default)
    {
        Check(cancellationToken);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return ValueTask.CompletedTask;
    }

    private void Check(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(IRemoteFile));
        cancellationToken.ThrowIfCancellationRequested();
    }
}
