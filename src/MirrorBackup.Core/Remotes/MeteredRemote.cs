using System.Runtime.CompilerServices;

namespace MirrorBackup.Remotes;

/// <summary>Counts the bytes and the calls that go to a remote. Thread-safe; costs one addition per call.</summary>
public sealed class MeteredRemote : DelegatingRemote
{
    private long _bytesRead;
    private long _bytesWritten;
    private long _operations;

    /// <summary>Wraps a remote.</summary>
    /// <param name="inner">The remote whose traffic is counted; owned from now on.</param>
    public MeteredRemote(IRemote inner)
        : base(inner)
    {
    }

    /// <summary>The counters now. Each is exact; together they may be of slightly different moments.</summary>
    public RemoteTraffic Traffic => new(Interlocked.Read(ref _bytesRead), Interlocked.Read(ref _bytesWritten), Interlocked.Read(ref _operations));

    /// <inheritdoc/>
    public override IAsyncEnumerable<RemoteEntry> ListAsync(RemotePath directory, CancellationToken cancellationToken = default) =>
        Count().ListAsync(directory, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<RemoteEntry?> StatAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        Count().StatAsync(path, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<IRemoteFile> OpenReadAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        new MeteredFile(await Count().OpenReadAsync(path, cancellationToken).ConfigureAwait(false), this);

    /// <inheritdoc/>
    public override async ValueTask<IRemoteFile> OpenStoredAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        new MeteredFile(await Count().OpenStoredAsync(path, cancellationToken).ConfigureAwait(false), this);

    /// <inheritdoc/>
    public override async ValueTask<byte[]> ReadAllAsync(RemotePath path, int maximumLength, CancellationToken cancellationToken = default)
    {
        var content = await Count().ReadAllAsync(path, maximumLength, cancellationToken).ConfigureAwait(false);
        AddRead(content.Length);
        return content;
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public override async ValueTask<long> ReadAllAsync(RemotePath path, Memory<byte> buffer, bool asStored = false, CancellationToken cancellationToken = default)
    {
        var length = await Count().ReadAllAsync(path, buffer, asStored, cancellationToken).ConfigureAwait(false);
        AddRead(length <= buffer.Length ? length : 0);
        return length;
    }

    /// <inheritdoc/>
    public override ValueTask WriteAllAsync(
        RemotePath path, ReadOnlyMemory<byte> content, WriteOptions options = default, CancellationToken cancellationToken = default)
    {
        AddWritten(content.Length);
        return Count().WriteAllAsync(path, content, options, cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask<IUpload> CreateAsync(
        RemotePath path, UploadOptions options = default, CancellationToken cancellationToken = default) =>
        new MeteredUpload(await Count().CreateAsync(path, options, cancellationToken).ConfigureAwait(false), this);

    /// <inheritdoc/>
    public override async ValueTask<IRemoteFileUpdate> OpenForUpdateAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        new MeteredFileUpdate(await Count().OpenForUpdateAsync(path, cancellationToken).ConfigureAwait(false), this);

    /// <inheritdoc/>
    public override ValueTask MoveAsync(RemotePath source, RemotePath destination, WriteGrade grade = WriteGrade.Publish, CancellationToken cancellationToken = default) =>
        Count().MoveAsync(source, destination, grade, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DeleteAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        Count().DeleteAsync(path, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask CreateDirectoryAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        Count().CreateDirectoryAsync(path, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DeleteTreeAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        Count().DeleteTreeAsync(path, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask FlushAsync(RemotePath tree, CancellationToken cancellationToken = default) =>
        Count().FlushAsync(tree, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<IRemoteLock> LockAsync(
        RemotePath directory, LockOptions options = default, CancellationToken cancellationToken = default) =>
        Count().LockAsync(directory, options, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<long?> GetAvailableBytesAsync(CancellationToken cancellationToken = default) =>
        Count().GetAvailableBytesAsync(cancellationToken);

    internal void AddRead(long bytes) => Interlocked.Add(ref _bytesRead, bytes);

    internal void AddWritten(long bytes) => Interlocked.Add(ref _bytesWritten, bytes);

    private IRemote Count()
    {
        Interlocked.Increment(ref _operations);
        return Inner;
    }
}
