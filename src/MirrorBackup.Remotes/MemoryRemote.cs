using System.Runtime.CompilerServices;
using MirrorBackup.Remotes.Memory;
using MirrorBackup.Remotes.Writing;

namespace MirrorBackup.Remotes;

/// <summary>A remote in the memory of this process: for tests and trials. What is in it goes with it. Thread-safe.</summary>
/// <remarks>Locks hold between users of this object. An open file is updated in place for its readers, too, as on a disk.</remarks>
public sealed class MemoryRemote : IRemote
{
    private static long _count;

    private readonly Lock _gate = new();
    private readonly MemoryTree _tree;
    private readonly HashSet<RemotePath> _locked = [];
    private readonly TimeProvider _timeProvider;
    private readonly long _number = Interlocked.Increment(ref _count);
    private TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _disposed;

    /// <summary>Creates an empty remote.</summary>
    /// <param name="name">The name for messages.</param>
    /// <param name="timeProvider">The clock for modification times and for waiting; the system's by default.</param>
    public MemoryRemote(string name = "memory", TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        Name = name;
        _timeProvider = timeProvider ?? TimeProvider.System;
        _tree = new MemoryTree(name, _timeProvider);
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public string Identity => $"memory:{Environment.MachineName}:{Environment.ProcessId}:{_number}";

    /// <inheritdoc/>
    public RemoteCapabilities Capabilities { get; } = new()
    {
        SupportsUpdate = true,
        SupportsLocks = true,
        HasAtomicMove = true,
        HasExclusiveCreate = true,
        HasDirectories = true,
    };

    /// <inheritdoc/>
    public async IAsyncEnumerable<RemoteEntry> ListAsync(
        RemotePath directory, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        foreach (var entry in await RunAsync(() => _tree.List(directory), cancellationToken).ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return entry;
        }
    }

    /// <inheritdoc/>
    public ValueTask<RemoteEntry?> StatAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        RunAsync(() => _tree.Stat(path), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IRemoteFile> OpenReadAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        RunAsync<IRemoteFile>(() => new MemoryOpenFile(path, _tree.Open(path), changed: null), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<byte[]> ReadAllAsync(RemotePath path, int maximumLength, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maximumLength);
        return RunAsync(
            () =>
            {
                var file = _tree.Open(path);
                if (file.Length > maximumLength)
                {
                    throw new CorruptBackupException(
                        $"{path} of {Name} has {file.Length} bytes; at most {maximumLength} were expected.", ErrorCodes.FileTooLarge)
                    {
                        Remote = Name,
                        Path = path.Value,
                    };
                }

                var content = new byte[file.Length];
                return content[..file.Read(0, content)];
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask WriteAllAsync(
        RemotePath path, ReadOnlyMemory<byte> content, WriteOptions options = default, CancellationToken cancellationToken = default)
    {
        var file = new MemoryFile();
        file.Write(0, content.Span);
        return DoAsync(() => _tree.Put(path, file, options.MustBeNew), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IUpload> CreateAsync(RemotePath path, UploadOptions options = default, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.Length ?? 0, nameof(options));
        return RunAsync<IUpload>(
            () =>
            {
                var file = new MemoryFile();
                return new PipeUpload(
                    Name,
                    path,
                    options.Length,
                    new MemoryFileWriter(file),
                    cancellation => DoAsync(() => _tree.Put(path, file, options.MustBeNew), cancellation),
                    static () => ValueTask.CompletedTask);
            },
            cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<IRemoteFileUpdate> OpenForUpdateAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        RunAsync<IRemoteFileUpdate>(
            () =>
            {
                var file = _tree.Open(path);
                return new MemoryOpenFile(path, file, () => Touch(path, file));
            },
            cancellationToken);

    /// <inheritdoc/>
    public ValueTask MoveAsync(RemotePath source, RemotePath destination, WriteGrade grade = WriteGrade.Publish, CancellationToken cancellationToken = default) =>
        DoAsync(() => _tree.Move(source, destination), cancellationToken);

    /// <inheritdoc/>
    public ValueTask DeleteAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        DoAsync(() => _tree.Delete(path), cancellationToken);

    /// <inheritdoc/>
    public ValueTask CreateDirectoryAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        DoAsync(() => _tree.MakeDirectories(path), cancellationToken);

    /// <inheritdoc/>
    public ValueTask DeleteTreeAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        path.IsRoot
            ? throw new ArgumentException("The root of a remote is never deleted.", nameof(path))
            : DoAsync(() => _tree.DeleteTree(path), cancellationToken);

    /// <inheritdoc/>
    public ValueTask FlushAsync(RemotePath tree, CancellationToken cancellationToken = default) => DoAsync(static () => { }, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IRemoteLock> LockAsync(RemotePath directory, LockOptions options = default, CancellationToken cancellationToken = default)
    {
        if (directory.IsRoot)
        {
            throw new ArgumentException("The root of a remote cannot be locked.", nameof(directory));
        }

        var started = _timeProvider.GetTimestamp();
        while (true)
        {
            var released = await RunAsync(() => TryLock(directory), cancellationToken).ConfigureAwait(false);
            if (released is null)
            {
                return new MemoryLock(directory, () => Release(directory));
            }

            var left = options.Timeout - _timeProvider.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
            {
                throw new BackupLockedException($"{directory} of {Name} is locked; waited {options.Timeout.TotalSeconds:0.#} s.")
                {
                    Remote = Name,
                    Path = directory.Value,
                    IsTransient = true,
                };
            }

            await Task.WhenAny(released, Task.Delay(left, _timeProvider, cancellationToken)).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <inheritdoc/>
    public ValueTask<long?> GetAvailableBytesAsync(CancellationToken cancellationToken = default) =>
        RunAsync<long?>(static () => null, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _disposed = true;
        return ValueTask.CompletedTask;
    }

    /// <summary>Shows the name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;

    private Task? TryLock(RemotePath directory)
    {
        _tree.MakeDirectories(directory);
        return _locked.Add(directory) ? null : _released.Task;
    }

    private void Release(RemotePath directory)
    {
        TaskCompletionSource released;
        lock (_gate)
        {
            _locked.Remove(directory);
            released = _released;
            _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        released.SetResult();
    }

    private void Touch(RemotePath path, MemoryFile file)
    {
        lock (_gate)
        {
            _tree.Touch(path, file);
        }
    }

    private ValueTask<T> RunAsync<T>(Func<T> operation, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            return ValueTask.FromResult(operation());
        }
    }

    private ValueTask DoAsync(Action operation, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            operation();
            return ValueTask.CompletedTask;
        }
    }
}
