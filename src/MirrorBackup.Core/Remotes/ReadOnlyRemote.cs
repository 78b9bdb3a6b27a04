namespace MirrorBackup.Remotes;

/// <summary>Refuses every write, locks included, whatever the inner remote would allow.</summary>
public sealed class ReadOnlyRemote : DelegatingRemote
{
    /// <summary>Wraps a remote.</summary>
    /// <param name="inner">The remote that is read; owned from now on.</param>
    public ReadOnlyRemote(IRemote inner)
        : base(inner)
    {
    }

    /// <inheritdoc/>
    public override RemoteCapabilities Capabilities => Inner.Capabilities with
    {
        IsReadOnly = true,
        SupportsUpdate = false,
        SupportsLocks = false,
    };

    /// <inheritdoc/>
    public override ValueTask<long> ReadAllAsync(RemotePath path, Memory<byte> buffer, bool asStored = false, CancellationToken cancellationToken = default) =>
        Inner.ReadAllAsync(path, buffer, asStored, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAllAsync(
        RemotePath path, ReadOnlyMemory<byte> content, WriteOptions options = default, CancellationToken cancellationToken = default) =>
        throw Refusal("write", path);

    /// <inheritdoc/>
    public override ValueTask<IUpload> CreateAsync(RemotePath path, UploadOptions options = default, CancellationToken cancellationToken = default) =>
        throw Refusal("write", path);

    /// <inheritdoc/>
    public override ValueTask<IRemoteFileUpdate> OpenForUpdateAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        throw Refusal("write", path);

    /// <inheritdoc/>
    public override ValueTask MoveAsync(RemotePath source, RemotePath destination, WriteGrade grade = WriteGrade.Publish, CancellationToken cancellationToken = default) =>
        throw Refusal("move", source);

    /// <inheritdoc/>
    public override ValueTask DeleteAsync(RemotePath path, CancellationToken cancellationToken = default) => throw Refusal("delete", path);

    /// <inheritdoc/>
    public override ValueTask CreateDirectoryAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        throw Refusal("make the directory", path);

    /// <inheritdoc/>
    public override ValueTask DeleteTreeAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        throw Refusal("delete the tree", path);

    /// <inheritdoc/>
    public override ValueTask FlushAsync(RemotePath tree, CancellationToken cancellationToken = default) => throw Refusal("flush", tree);

    /// <inheritdoc/>
    public override ValueTask<IRemoteLock> LockAsync(
        RemotePath directory, LockOptions options = default, CancellationToken cancellationToken = default) =>
        throw Refusal("lock", directory);

    private RemoteAccessDeniedException Refusal(string verb, RemotePath path) =>
        new($"Could not {verb} {path} of {Name}: the remote was opened read-only.") { Remote = Name, Path = path.Value };
}
