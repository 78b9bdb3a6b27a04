using System.Runtime.CompilerServices;

namespace MirrorBackup.Remotes.Local;

/// <summary>What the parts of one <see cref="LocalRemote"/> share: the file system, the errors, the clock, what is not yet durable.</summary>
internal sealed class LocalDirectory(IFileSystem files, string name, bool isReadOnly, TimeProvider timeProvider) : IDisposable
{
    private readonly ulong _rootNumber = files.Stat(RemotePath.Root)?.FileNumber ?? 0;
    private RemotePath _lastParent;
    private uint _sequence;
    private volatile bool _disposed;

    public IFileSystem Files { get; } = files;

    public string Name { get; } = name;

    public TimeProvider TimeProvider { get; } = timeProvider;

    public LocalErrors Errors { get; } = new(name);

    public UnflushedNames Unflushed { get; } = new();

    /// <summary>A number that no other write of this remote uses.</summary>
    public uint NextSequence() => Interlocked.Increment(ref _sequence);

    /// <summary>The directory above a path. Files come many to a directory: its text is made for the first of them.</summary>
    public RemotePath ParentOf(RemotePath path)
    {
        var last = _lastParent;
        return path.Value.LastIndexOf('/') == last.Value.Length && path.IsAtOrBelow(last) ? last : _lastParent = path.Parent;
    }

    /// <summary>Runs blocking calls off the caller's thread, given this and the path, and gives failures their public types.</summary>
    public ValueTask<T> ReadAsync<T>(RemotePath path, string verb, Func<LocalDirectory, RemotePath, T> operation, CancellationToken cancellationToken) =>
        RunAsync(path, verb, operation, isChange: false, cancellationToken);

    /// <summary>As <see cref="ReadAsync"/>, for what changes the storage: refused when the remote was opened read-only.</summary>
    public ValueTask<T> WriteAsync<T>(RemotePath path, string verb, Func<LocalDirectory, RemotePath, T> operation, CancellationToken cancellationToken) =>
        RunAsync(path, verb, operation, isChange: true, cancellationToken);

    /// <summary>Refuses what comes after the end.</summary>
    public void CheckOpen() => ObjectDisposedException.ThrowIf(_disposed, typeof(LocalRemote));

    /// <summary>Refuses what a read-only remote must not do.</summary>
    public void CheckWritable(RemotePath path, string verb)
    {
        CheckOpen();
        if (isReadOnly)
        {
            throw Errors.ReadOnly(path, verb);
        }
    }

    /// <summary>The public exception; a missing file is only reported as such while the root is known to be there.</summary>
    public MirrorBackupException Translate(FileSystemException exception, RemotePath path, string verb) =>
        exception.Failure == FileFailure.NotFound && !IsRootThere()
            ? Errors.RootGone(path, verb)
            : Errors.Translate(exception, path, verb);

    /// <summary>Likewise, of something that was read: below a file there is nothing for certain.</summary>
    public MirrorBackupException TranslateRead(FileSystemException exception, RemotePath path, string verb) =>
        Translate(
            exception.Failure == FileFailure.NotDirectory && exception.Path != path
                ? new FileSystemException(FileFailure.NotFound, path, $"{exception.Path} is a file", exception)
                : exception,
            path,
            verb);

    /// <summary>Whether the root is still the directory that was opened.</summary>
    public bool IsRootThere()
    {
        try
        {
            return Files.Stat(RemotePath.Root) is { } status && status.FileNumber == _rootNumber;
        }
        catch (FileSystemException)
        {
            return false;
        }
    }

    /// <summary>Makes a directory and those above it, and notes the names that are not durable yet.</summary>
    public void MakeDirectories(RemotePath directory)
    {
        if (directory.IsRoot)
        {
            return;
        }

        // Noted first: another writer that finds the directory already there must know that its name is not durable.
        Unflushed.AddDirectory(directory.Parent);
        try
        {
            Files.MakeDirectory(directory);
        }
        catch (FileSystemException exception) when (exception.Failure == FileFailure.Exists)
        {
            RequireDirectory(directory);
        }
        catch (FileSystemException exception) when (exception.Failure == FileFailure.NotFound && IsRootThere())
        {
            MakeDirectories(directory.Parent);
            MakeDirectories(directory);
        }
    }

    public void Dispose()
    {
        _disposed = true;
        Files.Dispose();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<T> RunAsync<T>(RemotePath path, string verb, Func<LocalDirectory, RemotePath, T> operation, bool isChange, CancellationToken cancellationToken)
    {
        CheckOpen();
        if (isChange)
        {
            CheckWritable(path, verb);
        }

        cancellationToken.ThrowIfCancellationRequested();
        await PoolThread.SwitchAsync();
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return operation(this, path);
        }
        catch (FileSystemException exception)
        {
            throw isChange ? Translate(exception, path, verb) : TranslateRead(exception, path, verb);
        }
    }

    private void RequireDirectory(RemotePath directory)
    {
        switch (Files.Stat(directory)?.Kind)
        {
            case RemoteEntryKind.Directory:
                return;
            case RemoteEntryKind.Other:
                throw new FileSystemException(FileFailure.Link, directory, "it is a symbolic link or a device, which are not followed");
            case RemoteEntryKind.File:
                throw new FileSystemException(FileFailure.NotDirectory, directory, "it is a file, a directory is needed");
            default:
                throw new FileSystemException(FileFailure.Other, directory, "the directory vanished while it was used");
        }
    }
}
