using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using MirrorBackup.Remotes;

namespace MirrorBackup.Testing.Simulation;

/// <summary>A remote that writes down every operation, and at one of them does what storages do on bad days.</summary>
/// <remarks>
/// Operations are numbered in the order in which they begin. A run without a fault tells how many there are; a run for each of them, with each
/// <see cref="FaultKind"/>, tells what a job makes of it. Where several operations are under way at once their order, and with it what a number means, may
/// differ between runs, unless a <see cref="SeededScheduler"/> decides it; <see cref="Struck"/> says what it was. Thread-safe.
/// </remarks>
/// <param name="inner">The remote that does the work; disposed with this one.</param>
/// <param name="fault">What goes wrong; <see langword="null"/> for nothing.</param>
/// <param name="hanging">Is called when an operation begins to hang, so that a test with a clock of its own knows when to let time pass.</param>
/// <param name="scheduler">Decides which of the operations that could begin is the next; stays the caller's. <see langword="null"/> lets them begin as they come.</param>
public sealed partial class FaultyRemote(IRemote inner, Fault? fault = null, Action? hanging = null, SeededScheduler? scheduler = null) : DelegatingRemote(inner)
{
    private readonly ConcurrentQueue<RemoteOperation> _operations = new();
    private readonly ConcurrentDictionary<RemotePath, IReadOnlyList<RemoteEntry>> _listings = new();
    private int _count;
    private volatile bool _hasLostLock;

    /// <summary>All operations so far.</summary>
    public IReadOnlyCollection<RemoteOperation> Operations => _operations;

    /// <summary>The operation that the fault struck; <see langword="null"/> before that.</summary>
    public RemoteOperation? Struck { get; private set; }

    /// <inheritdoc/>
    public override async IAsyncEnumerable<RemoteEntry> ListAsync(RemotePath directory, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var kind = await BeginAsync(RemoteOperationKind.List, directory, cancellationToken).ConfigureAwait(false);
        if (kind == FaultKind.StaleListing && _listings.TryGetValue(directory, out var stale))
        {
            foreach (var entry in stale)
            {
                yield return entry;
            }

            yield break;
        }

        var entries = new List<RemoteEntry>();
        await foreach (var entry in base.ListAsync(directory, cancellationToken).ConfigureAwait(false))
        {
            entries.Add(entry);
        }

        ThrowIfLost(kind, directory);
        _listings[directory] = entries;
        foreach (var entry in entries)
        {
            yield return entry;
        }
    }

    /// <inheritdoc/>
    public override ValueTask<RemoteEntry?> StatAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        DoAsync(RemoteOperationKind.Stat, path, () => base.StatAsync(path, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<IRemoteFile> OpenReadAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        OpenAsync(path, () => base.OpenReadAsync(path, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask<IRemoteFile> OpenStoredAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        OpenAsync(path, () => base.OpenStoredAsync(path, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<byte[]> ReadAllAsync(RemotePath path, int maximumLength, CancellationToken cancellationToken = default)
    {
        var kind = await BeginAsync(RemoteOperationKind.Read, path, cancellationToken).ConfigureAwait(false);
        var content = await base.ReadAllAsync(path, maximumLength, cancellationToken).ConfigureAwait(false);
        ThrowIfLost(kind, path);
        Flip(kind, content);
        return content;
    }

    /// <inheritdoc/>
    public override ValueTask WriteAllAsync(
        RemotePath path, ReadOnlyMemory<byte> content, WriteOptions options = default, CancellationToken cancellationToken = default) =>
        DoAsync(RemoteOperationKind.WriteAll, path, () => base.WriteAllAsync(path, content, options, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<IUpload> CreateAsync(RemotePath path, UploadOptions options = default, CancellationToken cancellationToken = default) =>
        new FaultyUpload(this, await DoAsync(RemoteOperationKind.Create, path, () => base.CreateAsync(path, options, cancellationToken), cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public override async ValueTask<IRemoteFileUpdate> OpenForUpdateAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        new FaultyUpdate(
            this, await DoAsync(RemoteOperationKind.OpenForUpdate, path, () => base.OpenForUpdateAsync(path, cancellationToken), cancellationToken).ConfigureAwait(false));

    /// <inheritdoc/>
    public override ValueTask MoveAsync(RemotePath source, RemotePath destination, WriteGrade grade = WriteGrade.Publish, CancellationToken cancellationToken = default) =>
        DoAsync(RemoteOperationKind.Move, source, () => base.MoveAsync(source, destination, grade, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DeleteAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        DoAsync(RemoteOperationKind.Delete, path, () => base.DeleteAsync(path, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask CreateDirectoryAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        DoAsync(RemoteOperationKind.CreateDirectory, path, () => base.CreateDirectoryAsync(path, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask DeleteTreeAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        DoAsync(RemoteOperationKind.DeleteTree, path, () => base.DeleteTreeAsync(path, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override ValueTask FlushAsync(RemotePath tree, CancellationToken cancellationToken = default) =>
        DoAsync(RemoteOperationKind.Flush, tree, () => base.FlushAsync(tree, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<IRemoteLock> LockAsync(RemotePath directory, LockOptions options = default, CancellationToken cancellationToken = default)
    {
        var kind = await BeginAsync(RemoteOperationKind.Lock, directory, cancellationToken).ConfigureAwait(false);
        var held = await base.LockAsync(directory, options, cancellationToken).ConfigureAwait(false);
        if (kind == FaultKind.FailAfter)
        {
            await held.DisposeAsync().ConfigureAwait(false);
            ThrowIfLost(kind, directory);
        }

        return new FaultyLock(this, held);
    }

    /// <inheritdoc/>
    public override ValueTask<long?> GetAvailableBytesAsync(CancellationToken cancellationToken = default) =>
        DoAsync(RemoteOperationKind.AskForSpace, RemotePath.Root, () => base.GetAvailableBytesAsync(cancellationToken), cancellationToken);

    private static void Flip(FaultKind? kind, Span<byte> bytes)
    {
        if (kind == FaultKind.FlipBit && !bytes.IsEmpty)
        {
            bytes[bytes.Length / 2] ^= 1;
        }
    }

    private async ValueTask<IRemoteFile> OpenAsync(RemotePath path, Func<ValueTask<IRemoteFile>> open, CancellationToken cancellationToken) =>
        new FaultyFile(this, await DoAsync(RemoteOperationKind.Open, path, open, cancellationToken).ConfigureAwait(false));

    private async ValueTask DoAsync(RemoteOperationKind operation, RemotePath path, Func<ValueTask> action, CancellationToken cancellationToken)
    {
        var kind = await BeginAsync(operation, path, cancellationToken).ConfigureAwait(false);
        await action().ConfigureAwait(false);
        ThrowIfLost(kind, path);
    }

    private async ValueTask<T> DoAsync<T>(RemoteOperationKind operation, RemotePath path, Func<ValueTask<T>> action, CancellationToken cancellationToken)
    {
        var kind = await BeginAsync(operation, path, cancellationToken).ConfigureAwait(false);
        var result = await action().ConfigureAwait(false);
        if (kind == FaultKind.FailAfter && result is IAsyncDisposable open)
        {
            await open.DisposeAsync().ConfigureAwait(false);
        }

        ThrowIfLost(kind, path);
        return result;
    }

    /// <summary>Writes the operation down, and answers for the fault as far as that comes before it.</summary>
    private async ValueTask<FaultKind?> BeginAsync(RemoteOperationKind kind, RemotePath path, CancellationToken cancellationToken)
    {
        if (scheduler is not null)
        {
            await scheduler.WaitAsync($"{Name} {kind} {path}", cancellationToken).ConfigureAwait(false);
        }

        var operation = new RemoteOperation(Interlocked.Increment(ref _count) - 1, kind, path);
        _operations.Enqueue(operation);
        if (fault is not { } wrong || operation.Index < wrong.Operation)
        {
            return null;
        }

        var isFirst = operation.Index == wrong.Operation;
        if (isFirst)
        {
            Struck = operation;
            _hasLostLock = wrong.Kind == FaultKind.LoseLock;
        }

        switch (wrong.Kind)
        {
            case FaultKind.Full when operation.IsChange && kind is not (RemoteOperationKind.Delete or RemoteOperationKind.DeleteTree or RemoteOperationKind.Lock or RemoteOperationKind.Move):
                throw new RemoteFullException($"No space is left for {path} on {Name}: {wrong}.") { Remote = Name, Path = path.Value };
            case FaultKind.Die:
            case FaultKind.FailBefore when isFirst:
            case FaultKind.TearWrite when isFirst && kind is not (RemoteOperationKind.Write or RemoteOperationKind.Append):
                throw Unavailable(path);
            case FaultKind.Hang when isFirst:
                hanging?.Invoke();
                await Task.Delay(Timeout.Infinite, cancellationToken).ConfigureAwait(false);
                return null;
            default:
                return isFirst ? wrong.Kind : null;
        }
    }

    private void ThrowIfLost(FaultKind? kind, RemotePath path)
    {
        if (kind == FaultKind.FailAfter)
        {
            throw Unavailable(path);
        }
    }

    private RemoteUnavailableException Unavailable(RemotePath path) =>
        new($"{Name} does not answer for {path}: {fault}.") { Remote = Name, Path = path.Value, IsTransient = true };
}
