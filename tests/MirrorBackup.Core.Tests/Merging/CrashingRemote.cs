using System.Runtime.CompilerServices;
using MirrorBackup.Remotes;

namespace MirrorBackup.Tests.Merging;

/// <summary>
/// Raises <see cref="CrashException"/> in place of the n-th operation that changes something. Writes in place that were not flushed by then are
/// kept or dropped, as a real crash may do either.
/// </summary>
internal sealed class CrashingRemote(MemoryRemote inner, int operations, bool dropsUnflushed) : IRemote
{
    private int _left = operations;
    private UpdateFile? _open;

    public string Name => inner.Name;

    public string Identity => inner.Identity;

    public RemoteCapabilities Capabilities => inner.Capabilities;

    private bool DropsUnflushed => dropsUnflushed;

    /// <summary>What the next operation was to be when the crash came.</summary>
    public string? CrashedAt { get; private set; }

    public IAsyncEnumerable<RemoteEntry> ListAsync(RemotePath directory, CancellationToken cancellationToken = default) => inner.ListAsync(directory, cancellationToken);

    public ValueTask<RemoteEntry?> StatAsync(RemotePath path, CancellationToken cancellationToken = default) => inner.StatAsync(path, cancellationToken);

    public ValueTask<IRemoteFile> OpenReadAsync(RemotePath path, CancellationToken cancellationToken = default) => inner.OpenReadAsync(path, cancellationToken);

    public ValueTask<byte[]> ReadAllAsync(RemotePath path, int maximumLength, CancellationToken cancellationToken = default) =>
        inner.ReadAllAsync(path, maximumLength, cancellationToken);

    public async ValueTask WriteAllAsync(
        RemotePath path, ReadOnlyMemory<byte> content, WriteOptions options = default, CancellationToken cancellationToken = default)
    {
        await StepAsync("write the state");
        await inner.WriteAllAsync(path, content, options, cancellationToken);
    }

    public ValueTask<IUpload> CreateAsync(RemotePath path, UploadOptions options = default, CancellationToken cancellationToken = default) =>
        inner.CreateAsync(path, options, cancellationToken);

    public async ValueTask<IRemoteFileUpdate> OpenForUpdateAsync(RemotePath path, CancellationToken cancellationToken = default)
    {
        _open = new UpdateFile(this, await inner.OpenForUpdateAsync(path, cancellationToken));
        await _open.RememberAsync();
        return _open;
    }

    public async ValueTask MoveAsync(RemotePath source, RemotePath destination, WriteGrade grade = WriteGrade.Publish, CancellationToken cancellationToken = default)
    {
        await StepAsync("move");
        await inner.MoveAsync(source, destination, grade, cancellationToken);
    }

    public async ValueTask DeleteAsync(RemotePath path, CancellationToken cancellationToken = default)
    {
        await StepAsync("delete");
        await inner.DeleteAsync(path, cancellationToken);
    }

    public ValueTask CreateDirectoryAsync(RemotePath path, CancellationToken cancellationToken = default) => inner.CreateDirectoryAsync(path, cancellationToken);

    public ValueTask DeleteTreeAsync(RemotePath path, CancellationToken cancellationToken = default) => inner.DeleteTreeAsync(path, cancellationToken);

    public ValueTask FlushAsync(RemotePath tree, CancellationToken cancellationToken = default) => inner.FlushAsync(tree, cancellationToken);

    public ValueTask<IRemoteLock> LockAsync(RemotePath directory, LockOptions options = default, CancellationToken cancellationToken = default) =>
        inner.LockAsync(directory, options, cancellationToken);

    public ValueTask<long?> GetAvailableBytesAsync(CancellationToken cancellationToken = default) => inner.GetAvailableBytesAsync(cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async ValueTask StepAsync(string what, [CallerMemberName] string operation = "")
    {
        if (_left-- > 0)
        {
            return;
        }

        CrashedAt ??= $"{operation}: {what}";
        if (DropsUnflushed && _open is not null)
        {
            await _open.ForgetAsync();
        }

        throw new CrashException();
    }

    internal sealed class CrashException : Exception;

    private sealed class UpdateFile(CrashingRemote remote, IRemoteFileUpdate file) : IRemoteFileUpdate
    {
        private byte[] _durable = [];

        public RemotePath Path => file.Path;

        public long Length => file.Length;

        public async Task RememberAsync()
        {
            if (remote.DropsUnflushed)
            {
                _durable = await remote.ReadAllAsync(Path, int.MaxValue, CancellationToken.None);
            }
        }

        public async Task ForgetAsync()
        {
            await file.WriteAsync(0, _durable, CancellationToken.None);
            await file.SetLengthAsync(_durable.Length, CancellationToken.None);
        }

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            file.ReadAsync(offset, buffer, cancellationToken);

        public async ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
        {
            await remote.StepAsync($"{data.Length} bytes at {offset}");
            await file.WriteAsync(offset, data, cancellationToken);
        }

        public async ValueTask SetLengthAsync(long length, CancellationToken cancellationToken = default)
        {
            await remote.StepAsync($"{length}");
            await file.SetLengthAsync(length, cancellationToken);
        }

        public async ValueTask FlushAsync(CancellationToken cancellationToken = default)
        {
            await remote.StepAsync("flush");
            await file.FlushAsync(cancellationToken);
            await RememberAsync();
        }

        public async ValueTask DisposeAsync()
        {
            remote._open = null;
            await file.DisposeAsync();
        }
    }
}
