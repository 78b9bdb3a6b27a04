using System.Runtime.CompilerServices;

namespace MirrorBackup.Remotes;

/// <summary>
/// Repeats what failed for a passing reason (<see cref="MirrorBackupException.IsTransient"/>), where repeating does no harm: reading, looking up,
/// replacing a whole small file, deleting, making directories.
/// </summary>
/// <remarks>
/// Never repeated: uploads and writes in place, whose bytes have gone; a file that must be new and a move, whose second try would take the first one's
/// success for a conflict; a flush, because a system forgets what it failed to write and calls the second try a success; locks, which wait by themselves.
/// </remarks>
public sealed class RetryingRemote : DelegatingRemote
{
    private readonly RetryOptions _options;
    private readonly TimeProvider _timeProvider;

    /// <summary>Wraps a remote.</summary>
    /// <param name="inner">The remote whose failures are repeated; owned from now on.</param>
    /// <param name="options">How often and when.</param>
    /// <param name="timeProvider">The clock for the waits; the system's by default.</param>
    public RetryingRemote(IRemote inner, RetryOptions? options = null, TimeProvider? timeProvider = null)
        : base(inner)
    {
        _options = options ?? new RetryOptions();
        _timeProvider = timeProvider ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    /// <remarks>A listing is begun anew only as long as it has given nothing.</remarks>
    public override async IAsyncEnumerable<RemoteEntry> ListAsync(
        RemotePath directory, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var (entries, any) = await RetryAsync(
            async () =>
            {
                var enumerator = Inner.ListAsync(directory, cancellationToken).GetAsyncEnumerator(cancellationToken);
                try
                {
                    return (enumerator, await enumerator.MoveNextAsync().ConfigureAwait(false));
                }
                catch
                {
                    await enumerator.DisposeAsync().ConfigureAwait(false);
                    throw;
                }
            },
            cancellationToken).ConfigureAwait(false);
        await using (entries.ConfigureAwait(false))
        {
            while (any)
            {
                yield return entries.Current;
                any = await entries.MoveNextAsync().ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public override ValueTask<RemoteEntry?> StatAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        RetryAsync(() => Inner.StatAsync(path, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<IRemoteFile> OpenReadAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        new RetryingFile(await RetryAsync(() => Inner.OpenReadAsync(path, cancellationToken), cancellationToken).ConfigureAwait(false), this);

    /// <inheritdoc/>
    public override async ValueTask<IRemoteFile> OpenStoredAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        new RetryingFile(await RetryAsync(() => Inner.OpenStoredAsync(path, cancellationToken), cancellationToken).ConfigureAwait(false), this);

    /// <inheritdoc/>
    public override ValueTask<byte[]> ReadAllAsync(RemotePath path, int maximumLength, CancellationToken cancellationToken = default) =>
        RetryAsync(() => Inner.ReadAllAsync(path, maximumLength, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<long> ReadAllAsync(RemotePath path, Memory<byte> buffer, bool asStored = false, CancellationToken cancellationToken = default) =>
        RetryAsync(() => Inner.ReadAllAsync(path, buffer, asStored, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAllAsync(
        RemotePath path, ReadOnlyMemory<byte> content, WriteOptions options = default, CancellationToken cancellationToken = default) =>
        options.MustBeNew
            ? Inner.WriteAllAsync(path, content, options, cancellationToken)
            : RetryAsync(() => Inner.WriteAllAsync(path, content, options, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<IRemoteFileUpdate> OpenForUpdateAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        RetryAsync(() => Inner.OpenForUpdateAsync(path, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DeleteAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        RetryAsync(() => Inner.DeleteAsync(path, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask CreateDirectoryAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        RetryAsync(() => Inner.CreateDirectoryAsync(path, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DeleteTreeAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        RetryAsync(() => Inner.DeleteTreeAsync(path, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<long?> GetAvailableBytesAsync(CancellationToken cancellationToken = default) =>
        RetryAsync(() => Inner.GetAvailableBytesAsync(cancellationToken), cancellationToken);

    internal async ValueTask<T> RetryAsync<T>(Func<ValueTask<T>> operation, CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                return await operation().ConfigureAwait(false);
            }
            catch (RemoteUnavailableException exception) when (exception.IsTransient && failures < _options.Delays.Count)
            {
                await Task.Delay(_options.Delays[failures], _timeProvider, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async ValueTask RetryAsync(Func<ValueTask> operation, CancellationToken cancellationToken) =>
        await RetryAsync(
            async () =>
            {
                await operation().ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);

    private sealed class RetryingFile(IRemoteFile inner, RetryingRemote remote) : IRemoteFile
    {
        public RemotePath Path => inner.Path;

        public long Length => inner.Length;

        public bool IsSequential => inner.IsSequential;

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            remote.RetryAsync(() => inner.ReadAsync(offset, buffer, cancellationToken), cancellationToken);

        // Not repeated: what the upload got of it nobody knows. A refusal makes the caller read, which is.
        public ValueTask<RangeCopy> TryCopyToAsync(long offset, long length, IUpload upload, CancellationToken cancellationToken = default) =>
            inner.TryCopyToAsync(offset, length, upload, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
