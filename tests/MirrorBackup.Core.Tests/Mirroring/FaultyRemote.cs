using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using MirrorBackup.Remotes;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>A remote that does what a test tells it to, before any operation: fail, hang until it is stopped, change something. It counts what is read.</summary>
internal sealed class FaultyRemote(IRemote inner) : DelegatingRemote(inner)
{
    private readonly List<Func<RemoteOperation, RemotePath, CancellationToken, ValueTask>> _hooks = [];

    /// <summary>Bytes read, per path.</summary>
    public ConcurrentDictionary<string, long> BytesRead { get; } = new(StringComparer.Ordinal);

    /// <summary>All operations so far, in their order.</summary>
    public ConcurrentQueue<(RemoteOperation Operation, RemotePath Path)> Log { get; } = new();

    /// <summary>Changes what a read gave: path, offset, bytes.</summary>
    public Action<RemotePath, long, Memory<byte>>? AfterRead { get; set; }

    public override RemoteCapabilities Capabilities => CapabilitiesOverride ?? base.Capabilities;

    public RemoteCapabilities? CapabilitiesOverride { get; set; }

    /// <summary>Forgets all faults.</summary>
    public void Heal() => _hooks.Clear();

    /// <summary>Runs something before the n-th operation of a kind on a path that has this text in it, and the ones after it if <paramref name="forGood"/>.</summary>
    public void At(RemoteOperation operation, string path, Func<CancellationToken, ValueTask> action, int nth = 1, bool forGood = false)
    {
        var seen = 0;
        _hooks.Add((found, where, stop) =>
            found == operation && where.Value.Contains(path, StringComparison.Ordinal)
            && Interlocked.Increment(ref seen) is var number && (number == nth || (forGood && number > nth))
                ? action(stop)
                : ValueTask.CompletedTask);
    }

    public void FailAt(RemoteOperation operation, string path, Func<Exception>? error = null, int nth = 1, bool forGood = false) =>
        At(operation, path, _ => throw (error?.Invoke() ?? new RemoteUnavailableException($"{Name} failed as the test told it to.") { Remote = Name }), nth, forGood);

    /// <summary>Runs something before each operation of any kind, told its number from 0.</summary>
    public void AtEach(Func<int, ValueTask> action)
    {
        var seen = -1;
        _hooks.Add((_, _, _) => action(Interlocked.Increment(ref seen)));
    }

    /// <summary>Does not answer from the n-th operation of any kind on.</summary>
    public void Disappear(int afterOperations)
    {
        var seen = 0;
        _hooks.Add((_, path, _) => Interlocked.Increment(ref seen) > afterOperations
            ? throw new RemoteUnavailableException($"{Name} has gone.") { Remote = Name, Path = path.Value }
            : ValueTask.CompletedTask);
    }

    /// <summary>Hangs until stopped.</summary>
    /// <returns>Ends when the operation was reached.</returns>
    public Task HangAt(RemoteOperation operation, string path, int nth = 1)
    {
        var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        At(operation, path, async stop =>
        {
            reached.TrySetResult();
            await Task.Delay(Timeout.Infinite, stop);
        }, nth);
        return reached.Task;
    }

    public override async IAsyncEnumerable<RemoteEntry> ListAsync(RemotePath directory, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await BeforeAsync(RemoteOperation.List, directory, cancellationToken);
        await foreach (var entry in base.ListAsync(directory, cancellationToken))
        {
            yield return entry;
        }
    }

    public override async ValueTask<RemoteEntry?> StatAsync(RemotePath path, CancellationToken cancellationToken = default)
    {
        await BeforeAsync(RemoteOperation.Stat, path, cancellationToken);
        return await base.StatAsync(path, cancellationToken);
    }

    public override async ValueTask<IRemoteFile> OpenReadAsync(RemotePath path, CancellationToken cancellationToken = default)
    {
        await BeforeAsync(RemoteOperation.OpenRead, path, cancellationToken);
        return new FaultyFile(this, await base.OpenReadAsync(path, cancellationToken));
    }

    public override async ValueTask<IRemoteFile> OpenStoredAsync(RemotePath path, CancellationToken cancellationToken = default)
    {
        await BeforeAsync(RemoteOperation.OpenRead, path, cancellationToken);
        return new FaultyFile(this, await base.OpenStoredAsync(path, cancellationToken));
    }

    public override async ValueTask<byte[]> ReadAllAsync(RemotePath path, int maximumLength, CancellationToken cancellationToken = default)
    {
        await BeforeAsync(RemoteOperation.ReadAll, path, cancellationToken);
        return await base.ReadAllAsync(path, maximumLength, cancellationToken);
    }

    public override async ValueTask WriteAllAsync(RemotePath path, ReadOnlyMemory<byte> content, WriteOptions options = default, CancellationToken cancellationToken = default)
    {
        await BeforeAsync(RemoteOperation.WriteAll, path, cancellationToken);
        await base.WriteAllAsync(path, content, options, cancellationToken);
    }

    public override async ValueTask<IUpload> CreateAsync(RemotePath path, UploadOptions options = default, CancellationToken cancellationToken = default)
    {
        await BeforeAsync(RemoteOperation.Create, path, cancellationToken);
        return new FaultyUpload(this, await base.CreateAsync(path, options, cancellationToken));
    }

    public override async ValueTask<IRemoteFileUpdate> OpenForUpdateAsync(RemotePath path, CancellationToken cancellationToken = default)
    {
        await BeforeAsync(RemoteOperation.Update, path, cancellationToken);
        return await base.OpenForUpdateAsync(path, cancellationToken);
    }

    public override async ValueTask MoveAsync(RemotePath source, RemotePath destination, WriteGrade grade = WriteGrade.Publish, CancellationToken cancellationToken = default)
    {
        await BeforeAsync(RemoteOperation.Move, source, cancellationToken);
        await base.MoveAsync(source, destination, grade, cancellationToken);
    }

    public override async ValueTask DeleteAsync(RemotePath path, CancellationToken cancellationToken = default)
    {
        await BeforeAsync(RemoteOperation.Delete, path, cancellationToken);
        await base.DeleteAsync(path, cancellationToken);
    }

    public override async ValueTask FlushAsync(RemotePath tree, CancellationToken cancellationToken = default)
    {
        await BeforeAsync(RemoteOperation.Flush, tree, cancellationToken);
        await base.FlushAsync(tree, cancellationToken);
    }

    public override async ValueTask<IRemoteLock> LockAsync(RemotePath directory, LockOptions options = default, CancellationToken cancellationToken = default)
    {
        await BeforeAsync(RemoteOperation.Lock, directory, cancellationToken);
        return await base.LockAsync(directory, options, cancellationToken);
    }

    private async ValueTask BeforeAsync(RemoteOperation operation, RemotePath path, CancellationToken cancellationToken)
    {
        Log.Enqueue((operation, path));
        foreach (var hook in _hooks.ToArray())
        {
            await hook(operation, path, cancellationToken);
        }
    }

    private sealed class FaultyFile(FaultyRemote remote, IRemoteFile file) : IRemoteFile
    {
        public RemotePath Path => file.Path;

        public long Length => file.Length;

        public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await remote.BeforeAsync(RemoteOperation.Read, Path, cancellationToken);
            var count = await file.ReadAsync(offset, buffer, cancellationToken);
            remote.BytesRead.AddOrUpdate(Path.Value, count, (_, before) => before + count);
            remote.AfterRead?.Invoke(Path, offset, buffer[..count]);
            return count;
        }

        public ValueTask DisposeAsync() => file.DisposeAsync();
    }

    private sealed class FaultyUpload(FaultyRemote remote, IUpload upload) : IUpload
    {
        public RemotePath Path => upload.Path;

        public PipeWriter Output { get; } = new FaultyWriter(remote, upload);

        public async ValueTask CommitAsync(CancellationToken cancellationToken = default)
        {
            await remote.BeforeAsync(RemoteOperation.Commit, Path, cancellationToken);
            await upload.CommitAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => upload.DisposeAsync();
    }

    private sealed class FaultyWriter(FaultyRemote remote, IUpload upload) : PipeWriter
    {
        public override bool CanGetUnflushedBytes => upload.Output.CanGetUnflushedBytes;

        public override long UnflushedBytes => upload.Output.UnflushedBytes;

        public override void Advance(int bytes) => upload.Output.Advance(bytes);

        public override void CancelPendingFlush() => upload.Output.CancelPendingFlush();

        public override void Complete(Exception? exception = null) => upload.Output.Complete(exception);

        public override Memory<byte> GetMemory(int sizeHint = 0) => upload.Output.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => upload.Output.GetSpan(sizeHint);

        public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
        {
            await remote.BeforeAsync(RemoteOperation.Write, upload.Path, cancellationToken);
            return await upload.Output.FlushAsync(cancellationToken);
        }

        public override async ValueTask<FlushResult> WriteAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken = default)
        {
            await remote.BeforeAsync(RemoteOperation.Write, upload.Path, cancellationToken);
            return await upload.Output.WriteAsync(source, cancellationToken);
        }
    }
}
