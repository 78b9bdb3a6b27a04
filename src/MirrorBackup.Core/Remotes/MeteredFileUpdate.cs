namespace MirrorBackup.Remotes;

/// <summary>Counts what is read from and written to an open file.</summary>
internal sealed class MeteredFileUpdate(IRemoteFileUpdate inner, MeteredRemote meter) : MeteredFile(inner, meter), IRemoteFileUpdate
{
    public ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        Meter.AddWritten(data.Length);
        return inner.WriteAsync(offset, data, cancellationToken);
    }

    public ValueTask SetLengthAsync(long length, CancellationToken cancellationToken = default) => inner.SetLengthAsync(length, cancellationToken);

    public ValueTask FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);
}
