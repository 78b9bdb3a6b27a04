using System.Runtime.CompilerServices;
using MirrorBackup.Remotes.Local;
using MirrorBackup.Remotes.Writing;

namespace MirrorBackup.Remotes;

public sealed partial class LocalRemote
{
    private static readonly TimeSpan LockPollInterval = TimeSpan.FromMilliseconds(500);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAllAsync(
        RemotePath path, ReadOnlyMemory<byte> content, WriteOptions options = default, CancellationToken cancellationToken = default)
    {
        _directory.CheckWritable(path, "write");
        cancellationToken.ThrowIfCancellationRequested();

        await PoolThread.SwitchAsync();
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            using var file = TemporaryFile.Create(_directory, path, content.Length);
            await file.AppendAsync(content, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
            file.Commit(options.Grade, options.MustBeNew);
        }
        catch (FileSystemException exception)
        {
            throw _directory.Translate(exception, path, "write");
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IUpload> CreateAsync(RemotePath path, UploadOptions options = default, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(options.Length ?? 0, nameof(options));
        var file = await CreateTemporaryAsync(path, options.Length ?? 0, cancellationToken).ConfigureAwait(false);
        return new PipeUpload(
            Name,
            path,
            options.Length,
            new TemporaryFileWriter(_directory, path, file),
            cancellation => ChangeAsync(path, "write", () => file.Commit(options.Grade, options.MustBeNew), cancellation),
            async () => await Task.Run(file.Dispose).ConfigureAwait(false));
    }

    /// <inheritdoc/>
    public ValueTask<IRemoteFileUpdate> OpenForUpdateAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        _directory.WriteAsync<IRemoteFileUpdate>(
            path, "open", static (directory, path) => new LocalFileUpdate(directory, path, directory.Files.Open(path, FileUse.Update)), cancellationToken);

    /// <inheritdoc/>
    public ValueTask MoveAsync(RemotePath source, RemotePath destination, WriteGrade grade = WriteGrade.Publish, CancellationToken cancellationToken = default) =>
        ChangeAsync(source, $"move to {destination}", () => Move(source, destination, grade), cancellationToken);

    /// <inheritdoc/>
    public ValueTask DeleteAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        ChangeAsync(path, "delete", () => Delete(path), cancellationToken);

    /// <inheritdoc/>
    public ValueTask CreateDirectoryAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        ChangeAsync(path, "make the directory", () => _directory.MakeDirectories(path), cancellationToken);

    /// <inheritdoc/>
    public ValueTask DeleteTreeAsync(RemotePath path, CancellationToken cancellationToken = default)
    {
        if (path.IsRoot)
        {
            throw new ArgumentException("The root of a remote is never deleted.", nameof(path));
        }

        return ChangeAsync(path, "delete the tree", () => DeleteTree(path, cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask FlushAsync(RemotePath tree, CancellationToken cancellationToken = default) =>
        ChangeAsync(tree, "flush", () => _directory.Unflushed.FlushTree(_directory.Files, tree, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<IRemoteLock> LockAsync(RemotePath directory, LockOptions options = default, CancellationToken cancellationToken = default)
    {
        if (directory.IsRoot)
        {
            throw new ArgumentException("The root of a remote cannot be locked: its lock would lie outside.", nameof(directory));
        }

        var clock = _directory.TimeProvider;
        var started = clock.GetTimestamp();
        var acquisition = new LockAcquisition(_directory, _locks, directory, _options.LockStaleAfter, options.Reason);
        while (true)
        {
            if (await _directory.WriteAsync(directory, "lock", (_, _) => acquisition.Try(), cancellationToken).ConfigureAwait(false) is { } held)
            {
                return held;
            }

            var left = options.Timeout - clock.GetElapsedTime(started);
            if (left <= TimeSpan.Zero)
            {
                throw new BackupLockedException(
                    $"{directory} of {Name} is locked by {await HolderAsync(directory, acquisition, cancellationToken).ConfigureAwait(false)}: {directory.Name}.lock was refreshed {acquisition.HolderAge.TotalSeconds:0.0} s ago; waited {options.Timeout.TotalSeconds:0.#} s.")
                {
                    Remote = Name,
                    Path = directory.Value,
                    IsTransient = true,
                };
            }

            await Task.Delay(left < LockPollInterval ? left : LockPollInterval, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    private ValueTask<string> HolderAsync(RemotePath path, LockAcquisition acquisition, CancellationToken cancellationToken) =>
        _directory.ReadAsync(path, "look at the lock of", (_, _) => acquisition.Holder, cancellationToken);

    private ValueTask<TemporaryFile> CreateTemporaryAsync(RemotePath path, long reserve, CancellationToken cancellationToken) =>
        _directory.WriteAsync(path, "write", (directory, path) => TemporaryFile.Create(directory, path, reserve), cancellationToken);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ChangeAsync(RemotePath path, string verb, Action operation, CancellationToken cancellationToken) =>
        await _directory.WriteAsync(
            path,
            verb,
            (_, _) =>
            {
                operation();
                return true;
            },
            cancellationToken).ConfigureAwait(false);

    private void Move(RemotePath source, RemotePath destination, WriteGrade grade)
    {
        RequireFile(source);
        if (source == destination)
        {
            return;
        }

        // The new name must not be durable before the content is.
        _directory.Unflushed.FlushFile(_directory.Files, source);
        var (from, to) = (source.Parent, destination.Parent);
        _directory.Unflushed.AddDirectory(from);
        _directory.Unflushed.AddDirectory(to);
        try
        {
            _directory.Files.Rename(source, destination);
        }
        catch (FileSystemException exception) when (exception.Failure == FileFailure.NotFound)
        {
            _directory.MakeDirectories(to);
            _directory.Files.Rename(source, destination);
        }

        _directory.Unflushed.RemoveFile(destination);
        if (grade == WriteGrade.Stage)
        {
            return;
        }

        _directory.Unflushed.FlushDirectoryAndAbove(_directory.Files, to);
        if (from != to)
        {
            _directory.Unflushed.FlushDirectoryAndAbove(_directory.Files, from);
        }
    }

    private void RequireFile(RemotePath path)
    {
        switch (Stat(path)?.Kind)
        {
            case RemoteEntryKind.File:
                return;
            case RemoteEntryKind.Directory:
                throw new FileSystemException(FileFailure.IsDirectory, path, "it is a directory, a file was expected");
            case RemoteEntryKind.Other:
                throw new FileSystemException(FileFailure.Link, path, "it is a symbolic link or a device, which are not followed");
            default:
                throw new FileSystemException(FileFailure.NotFound, path, "nothing is there");
        }
    }

    private void Delete(RemotePath path)
    {
        try
        {
            _directory.Files.Unlink(path);
        }
        catch (FileSystemException exception) when (
            exception.Failure == FileFailure.NotFound || (exception.Failure == FileFailure.NotDirectory && exception.Path != path))
        {
            return;
        }

        _directory.Unflushed.RemoveFile(path);
        _directory.Files.FlushDirectory(path.Parent);
    }

    private void DeleteTree(RemotePath path, CancellationToken cancellationToken)
    {
        switch (Stat(path)?.Kind)
        {
            case null:
                return;
            case RemoteEntryKind.File:
                throw new FileSystemException(FileFailure.NotDirectory, path, "it is a file, a directory was expected");
            case RemoteEntryKind.Other:
                _directory.Files.Unlink(path);
                break;
            default:
                DeleteEntries(path, cancellationToken);
                break;
        }

        _directory.Files.FlushDirectory(path.Parent);
    }

    private void DeleteEntries(RemotePath directory, CancellationToken cancellationToken)
    {
        foreach (var entry in _directory.Files.List(directory))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (entry.IsDirectory)
            {
                DeleteEntries(entry.Path, cancellationToken);
            }
            else
            {
                _directory.Files.Unlink(entry.Path);
                _directory.Unflushed.RemoveFile(entry.Path);
            }
        }

        _directory.Files.RemoveDirectory(directory);
    }
}
