using System.IO.Pipelines;
using MirrorBackup.Remotes;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>
/// A remote that counts what changes it and when its lock is looked at, and lets a test act before any of these: such as take the lock away.
/// </summary>
internal sealed class LockTheft(IRemote inner) : DelegatingRemote(inner)
{
    private readonly Lock _gate = new();
    private readonly List<LockEvent> _events = [];

    /// <summary>Everything so far, in its order.</summary>
    public IReadOnlyList<LockEvent> Events
    {
        get
        {
            lock (_gate)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>Is called before each event, with its number from 0.</summary>
    public Func<int, LockEvent, ValueTask>? Before { get; set; }

    public override async ValueTask WriteAllAsync(RemotePath path, ReadOnlyMemory<byte> content, WriteOptions options = default, CancellationToken cancellationToken = default)
    {
        await NoteAsync("write", path);
        await base.WriteAllAsync(path, content, options, cancellationToken);
    }

    public override async ValueTask<IUpload> CreateAsync(RemotePath path, UploadOptions options = default, CancellationToken cancellationToken = default) =>
        new Upload(this, await base.CreateAsync(path, options, cancellationToken));

    public override async ValueTask<IRemoteFileUpdate> OpenForUpdateAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        new Update(this, await base.OpenForUpdateAsync(path, cancellationToken));

    public override async ValueTask MoveAsync(RemotePath source, RemotePath destination, WriteGrade grade = WriteGrade.Publish, CancellationToken cancellationToken = default)
    {
        await NoteAsync("move", source);
        await base.MoveAsync(source, destination, grade, cancellationToken);
    }

    public override async ValueTask DeleteAsync(RemotePath path, CancellationToken cancellationToken = default)
    {
        await NoteAsync("delete", path);
        await base.DeleteAsync(path, cancellationToken);
    }

    public override async ValueTask DeleteTreeAsync(RemotePath path, CancellationToken cancellationToken = default)
    {
        await NoteAsync("delete tree", path);
        await base.DeleteTreeAsync(path, cancellationToken);
    }

    public override async ValueTask<IRemoteLock> LockAsync(RemotePath directory, LockOptions options = default, CancellationToken cancellationToken = default) =>
        new Held(this, await base.LockAsync(directory, options, cancellationToken));

    private async ValueTask NoteAsync(string kind, RemotePath path)
    {
        int number;
        var noted = new LockEvent(kind, path);
        lock (_gate)
        {
            number = _events.Count;
            _events.Add(noted);
        }

        if (Before is { } before)
        {
            await before(number, noted);
        }
    }

    private sealed class Held(LockTheft remote, IRemoteLock held) : IRemoteLock
    {
        public RemotePath Directory => held.Directory;

        public CancellationToken Lost => held.Lost;

        public async ValueTask EnsureHeldAsync(CancellationToken cancellationToken = default)
        {
            await remote.NoteAsync(LockEvent.Check, Directory);
            try
            {
                await held.EnsureHeldAsync(cancellationToken);
            }
            catch (BackupLockedException)
            {
                await remote.NoteAsync(LockEvent.Lost, Directory);
                throw;
            }
        }

        public ValueTask DisposeAsync() => held.DisposeAsync();
    }

    private sealed class Upload(LockTheft remote, IUpload upload) : IUpload
    {
        public RemotePath Path => upload.Path;

        public PipeWriter Output => upload.Output;

        public async ValueTask CommitAsync(CancellationToken cancellationToken = default)
        {
            await remote.NoteAsync("commit", Path);
            await upload.CommitAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => upload.DisposeAsync();
    }

    private sealed class Update(LockTheft remote, IRemoteFileUpdate file) : IRemoteFileUpdate
    {
        public RemotePath Path => file.Path;

        public long Length => file.Length;

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken = default) => file.ReadAsync(offset, buffer, cancellationToken);

        public async ValueTask WriteAsync(long offset, ReadOnlyMemory<byte> content, CancellationToken cancellationToken = default)
        {
            await remote.NoteAsync("update", Path);
            await file.WriteAsync(offset, content, cancellationToken);
        }

        public async ValueTask SetLengthAsync(long length, CancellationToken cancellationToken = default)
        {
            await remote.NoteAsync("update", Path);
            await file.SetLengthAsync(length, cancellationToken);
        }

        public ValueTask FlushAsync(CancellationToken cancellationToken = default) => file.FlushAsync(cancellationToken);

        public ValueTask DisposeAsync() => file.DisposeAsync();
    }
}
