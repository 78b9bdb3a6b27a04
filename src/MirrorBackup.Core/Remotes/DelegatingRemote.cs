namespace MirrorBackup.Remotes;

/// <summary>
/// A remote that hands every call on to another one: the start of a decorator, which overrides what it changes.
/// </summary>
/// <remarks>The decorator owns the inner remote: disposing the one disposes the other. Thread-safe as far as the inner remote is.</remarks>
public abstract class DelegatingRemote : IRemote
{
    /// <summary>Wraps a remote.</summary>
    /// <param name="inner">The remote that does the work; owned from now on.</param>
    protected DelegatingRemote(IRemote inner)
    {
        ArgumentNullException.ThrowIfNull(inner);
        Inner = inner;
    }

    /// <summary>The remote that does the work.</summary>
    public IRemote Inner { get; }

    /// <inheritdoc/>
    public string Name => Inner.Name;

    /// <inheritdoc/>
    public string Identity => Inner.Identity;

    /// <inheritdoc/>
    public virtual RemoteCapabilities Capabilities => Inner.Capabilities;

    /// <inheritdoc/>
    public virtual IAsyncEnumerable<RemoteEntry> ListAsync(RemotePath directory, CancellationToken cancellationToken = default) =>
        Inner.ListAsync(directory, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<RemoteEntry?> StatAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        Inner.StatAsync(path, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<IRemoteFile> OpenReadAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        Inner.OpenReadAsync(path, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<IRemoteFile> OpenStoredAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        Inner.OpenStoredAsync(path, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<byte[]> ReadAllAsync(RemotePath path, int maximumLength, CancellationToken cancellationToken = default) =>
        Inner.ReadAllAsync(path, maximumLength, cancellationToken);

    /// <inheritdoc/>
    /// <remarks>Not handed on: it opens the file by this decorator's own members, so that one that overrides these sees every read.</remarks>
    public virtual ValueTask<long> ReadAllAsync(RemotePath path, Memory<byte> buffer, bool asStored = false, CancellationToken cancellationToken = default) =>
        WholeFileRead.RunAsync(this, path, buffer, asStored, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask WriteAllAsync(
        RemotePath path, ReadOnlyMemory<byte> content, WriteOptions options = default, CancellationToken cancellationToken = default) =>
        Inner.WriteAllAsync(path, content, options, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<IUpload> CreateAsync(RemotePath path, UploadOptions options = default, CancellationToken cancellationToken = default) =>
        Inner.CreateAsync(path, options, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<IRemoteFileUpdate> OpenForUpdateAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        Inner.OpenForUpdateAsync(path, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask MoveAsync(RemotePath source, RemotePath destination, WriteGrade grade = WriteGrade.Publish, CancellationToken cancellationToken = default) =>
        Inner.MoveAsync(source, destination, grade, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask DeleteAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        Inner.DeleteAsync(path, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask CreateDirectoryAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        Inner.CreateDirectoryAsync(path, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask DeleteTreeAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        Inner.DeleteTreeAsync(path, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask FlushAsync(RemotePath tree, CancellationToken cancellationToken = default) =>
        Inner.FlushAsync(tree, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<IRemoteLock> LockAsync(
        RemotePath directory, LockOptions options = default, CancellationToken cancellationToken = default) =>
        Inner.LockAsync(directory, options, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask<long?> GetAvailableBytesAsync(CancellationToken cancellationToken = default) =>
        Inner.GetAvailableBytesAsync(cancellationToken);

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        await Inner.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <summary>Shows the name.</summary>
    /// <returns>The name of the inner remote.</returns>
    public override string ToString() => Name;
}
