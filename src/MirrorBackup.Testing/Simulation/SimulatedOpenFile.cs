using MirrorBackup.Remotes;
using MirrorBackup.Remotes.Local;

namespace MirrorBackup.Testing.Simulation;

/// <summary>An open file; it works on after its name has gone, as files do.</summary>
internal sealed class SimulatedOpenFile(SimulatedDisk disk, SimulatedFile file, RemotePath fullPath, RemotePath path) : IOpenFile
{
    public long Length
    {
        get
        {
            lock (disk.Gate)
            {
                return file.Content.Length;
            }
        }
    }

    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        SparseContent content;
        lock (disk.Gate)
        {
            content = file.Content;
        }

        return ValueTask.FromResult(content.Read(offset, buffer.Span));
    }

    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (disk.Gate)
        {
            disk.Begin(DiskOperationKind.Write, fullPath, offset: offset, length: data.Length);
            EnsureFits(offset + data.Length);
            file.Write(offset, data.Span, disk.Now);
        }

        return ValueTask.CompletedTask;
    }

    public void SetLength(long length)
    {
        lock (disk.Gate)
        {
            disk.Begin(DiskOperationKind.SetLength, fullPath, offset: length);
            EnsureFits(length);
            file.SetLength(length, disk.Now);
        }
    }

    public void StartWriteBack(long offset, long length)
    {
        // Nothing is promised by it.
    }

    public void Flush()
    {
        lock (disk.Gate)
        {
            disk.Begin(DiskOperationKind.Flush, fullPath);
            file.Flush();
        }
    }

    public void Dispose()
    {
        // Nothing is held.
    }

    private void EnsureFits(long length)
    {
        if (disk.Capacity is { } capacity && disk.UsedBytes() + Math.Max(0, length - file.Content.Length) > capacity)
        {
            throw new FileSystemException(FileFailure.Full, path, "no space left on the simulated disk");
        }
    }
}
