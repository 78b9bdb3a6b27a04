namespace MirrorBackup.Remotes;

/// <summary>
/// Stands for a remote that could not be opened: every member raises the reason. A job with several destinations can so be run with those
/// that are there, and reports this one as failed.
/// </summary>
/// <param name="name">The display name.</param>
/// <param name="identity">What would have identified it; a text that no other remote of the job has.</param>
/// <param name="reason">Why it could not be opened.</param>
public sealed class UnavailableRemote(string name, string identity, Exception reason) : IRemote
{
    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public string Identity => identity;

    /// <inheritdoc/>
    public RemoteCapabilities Capabilities { get; } = new() { IsReadOnly = true };

    /// <inheritdoc/>
    public IAsyncEnumerable<RemoteEntry> ListAsync(RemotePath directory, CancellationToken cancellationToken = default) => throw Failure();

    /// <inheritdoc/>
    public ValueTask<RemoteEntry?> StatAsync(RemotePath path, CancellationToken cancellationToken = default) => throw Failure();

    /// <inheritdoc/>
    public ValueTask<IRemoteFile> OpenReadAsync(RemotePath path, CancellationToken cancellationToken = default) => throw Failure();

    /// <inheritdoc/>
    public ValueTask<IRemoteFile> OpenStoredAsync(RemotePath path, CancellationToken cancellationToken = default) => throw Failure();

    /// <inheritdoc/>
    public ValueTask<byte[]> ReadAllAsync(RemotePath path, int maximumLength, CancellationToken cancellationToken = default) => throw Failure();

    /// <inheritdoc/>
    public ValueTask WriteAllAsync(
        RemotePath path, ReadOnlyMemory<byte> content, WriteOptions options = default, CancellationToken cancellationToken = default) => throw Failure();

    /// <inheritdoc/>
    public ValueTask<IUpload> CreateAsync(RemotePath path, UploadOptions options = default, CancellationToken cancellationToken = default) =>
        throw Failure();

    /// <inheritdoc/>
    public ValueTask<IRemoteFileUpdate> OpenForUpdateAsync(RemotePath path, CancellationToken cancellationToken = default) => throw Failure();

    /// <inheritdoc/>
    public ValueTask MoveAsync(RemotePath source, RemotePath destination, WriteGrade grade = WriteGrade.Publish, CancellationToken cancellationToken = default) => throw Failure();

    /// <inheritdoc/>
    public ValueTask DeleteAsync(RemotePath path, CancellationToken cancellationToken = default) => throw Failure();

    /// <inheritdoc/>
    public ValueTask CreateDirectoryAsync(RemotePath path, CancellationToken cancellationToken = default) => throw Failure();

    /// <inheritdoc/>
    public ValueTask DeleteTreeAsync(RemotePath path, CancellationToken cancellationToken = default) => throw Failure();

    /// <inheritdoc/>
    public ValueTask FlushAsync(RemotePath tree, CancellationToken cancellationToken = default) => throw Failure();

    /// <inheritdoc/>
    public ValueTask<IRemoteLock> LockAsync(RemotePath directory, LockOptions options = default, CancellationToken cancellationToken = default) =>
        throw Failure();

    /// <inheritdoc/>
    public ValueTask<long?> GetAvailableBytesAsync(CancellationToken cancellationToken = default) => throw Failure();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private RemoteUnavailableException Failure() =>
        new($"The remote {name} could not be opened: {reason.Message}", innerException: reason) { Remote = name };
}
