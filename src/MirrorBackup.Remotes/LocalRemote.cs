using System.Runtime.CompilerServices;
using MirrorBackup.Remotes.Local;

namespace MirrorBackup.Remotes;

/// <summary>
/// A remote in a directory of this machine, which may be an NFS or SMB mount. Durable and atomic as far as the storage below is:
/// publishing flushes the file, renames it and flushes the directory.
/// </summary>
/// <remarks>
/// Symbolic links below the root are listed as <see cref="RemoteEntryKind.Other"/> and never followed, wherever they lead; the root itself may be
/// one. Locks are those of Xen Orchestra. Thread-safe.
/// </remarks>
public sealed partial class LocalRemote : IRemote
{
    private readonly LocalDirectory _directory;
    private readonly LockKeeper _locks;
    private readonly LocalRemoteOptions _options;

    private LocalRemote(LocalDirectory directory, LocalRemoteOptions options)
    {
        (_directory, _options) = (directory, options);
        _locks = new LockKeeper(options.LockRefreshInterval);
        Capabilities = new RemoteCapabilities
        {
            IsReadOnly = options.IsReadOnly,
            SupportsUpdate = !options.IsReadOnly,
            SupportsLocks = !options.IsReadOnly,
            HasAtomicMove = true,
            HasExclusiveCreate = true,
            HasDirectories = true,
            SupportsRangeCopy = OperatingSystem.IsLinux() && directory.Files is (LinuxFileSystem or PortableFileSystem),
            IsCaseSensitive = directory.Files.IsCaseSensitive,
        };
    }

    /// <inheritdoc/>
    public string Name => _directory.Name;

    /// <inheritdoc/>
    public string Identity => _directory.Files.Identity;

    /// <inheritdoc/>
    public RemoteCapabilities Capabilities { get; }

    /// <summary>Opens a directory as a remote.</summary>
    /// <param name="rootPath">The root directory, absolute or relative to the current one.</param>
    /// <param name="options">How it is opened.</param>
    /// <param name="timeProvider">The clock for locks and temporary names; the system's by default.</param>
    /// <returns>The remote, owned by the caller.</returns>
    /// <exception cref="RemoteNotFoundException">The directory is not there.</exception>
    /// <exception cref="RemoteConflictException">The path is not a directory.</exception>
    /// <exception cref="RemoteAccessDeniedException">The directory may not be read.</exception>
    /// <exception cref="ArgumentException">The path is empty, or the times in <paramref name="options"/> contradict each other.</exception>
    public static LocalRemote Open(string rootPath, LocalRemoteOptions? options = null, TimeProvider? timeProvider = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(rootPath);
        options ??= new LocalRemoteOptions();
        var root = LocalRoot.Prepare(rootPath, options);
        return Open(LocalRoot.OpenFiles(root, options.Name ?? root), options with { Name = options.Name ?? root }, timeProvider);
    }

    /// <summary>Opens a remote over other file operations, such as recording, failing or simulated ones.</summary>
    /// <param name="files">The operations; disposed with the remote.</param>
    /// <param name="options">How it is opened; without a name the remote is called <c>local</c>. The root is never made.</param>
    /// <param name="timeProvider">The clock for locks and temporary names; the system's by default.</param>
    /// <returns>The remote, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The times in <paramref name="options"/> contradict each other.</exception>
    public static LocalRemote Open(IFileSystem files, LocalRemoteOptions? options = null, TimeProvider? timeProvider = null)
    {
        ArgumentNullException.ThrowIfNull(files);
        options ??= new LocalRemoteOptions();
        if (options.LockRefreshInterval <= TimeSpan.Zero || options.LockStaleAfter < options.LockRefreshInterval * 2)
        {
            throw new ArgumentException(
                $"A lock that is refreshed every {options.LockRefreshInterval} cannot be stale after {options.LockStaleAfter}: at least twice the interval is needed.",
                nameof(options));
        }

        var directory = new LocalDirectory(files, options.Name ?? "local", options.IsReadOnly, timeProvider ?? TimeProvider.System);
        return new LocalRemote(directory, options);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RemoteEntry> ListAsync(
        RemotePath directory, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var entries = await _directory.ReadAsync(directory, "list", (_, path) => List(path), cancellationToken).ConfigureAwait(false);
        foreach (var entry in entries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return entry;
        }
    }

    /// <inheritdoc/>
    public ValueTask<RemoteEntry?> StatAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        _directory.ReadAsync(path, "look up", (_, path) => Stat(path)?.ToEntry(path), cancellationToken);

    /// <inheritdoc/>
    public ValueTask<IRemoteFile> OpenReadAsync(RemotePath path, CancellationToken cancellationToken = default) =>
        _directory.ReadAsync<IRemoteFile>(
            path, "open", static (directory, path) => new LocalFile(directory, path, directory.Files.Open(path, FileUse.Read)), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<byte[]> ReadAllAsync(RemotePath path, int maximumLength, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maximumLength);
        var file = await OpenReadAsync(path, cancellationToken).ConfigureAwait(false);
        await using (file.ConfigureAwait(false))
        {
            if (file.Length > maximumLength)
            {
                throw _directory.Errors.TooLarge(path, file.Length, maximumLength);
            }

            var content = new byte[file.Length];
            var count = await file.ReadAsync(0, content, cancellationToken).ConfigureAwait(false);
            return count == content.Length ? content : content[..count];
        }
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<long> ReadAllAsync(RemotePath path, Memory<byte> buffer, bool asStored = false, CancellationToken cancellationToken = default)
    {
        _directory.CheckOpen();
        cancellationToken.ThrowIfCancellationRequested();
        await PoolThread.SwitchAsync();
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return await _directory.Files.ReadAllAsync(path, buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (FileSystemException exception)
        {
            throw _directory.TranslateRead(exception, path, "read");
        }
    }

    /// <inheritdoc/>
    public ValueTask<long?> GetAvailableBytesAsync(CancellationToken cancellationToken = default) =>
        _directory.ReadAsync(RemotePath.Root, "ask for the free space of", static (directory, _) => directory.Files.GetAvailableBytes(), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Task.Run(_locks.ReleaseAll).ConfigureAwait(false);
        _directory.Dispose();
    }

    /// <summary>Shows the name.</summary>
    /// <returns><see cref="Name"/>.</returns>
    public override string ToString() => Name;

    private List<RemoteEntry> List(RemotePath directory)
    {
        var entries = _directory.Files.List(directory).ToList();

        // A directory that was removed while it was open lists as empty.
        return entries.Count == 0 && !_directory.IsRootThere() ? throw _directory.Errors.RootGone(directory, "list") : entries;
    }

    private FileStatus? Stat(RemotePath path)
    {
        FileStatus? status;
        try
        {
            status = _directory.Files.Stat(path);
        }
        catch (FileSystemException exception) when (exception.Failure == FileFailure.NotDirectory)
        {
            status = null;
        }

        return status is null && !_directory.IsRootThere() ? throw _directory.Errors.RootGone(path, "look up") : status;
    }
}
