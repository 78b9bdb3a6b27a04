namespace MirrorBackup.Remotes.Local;

/// <summary>
/// The file operations by the framework's own members: for Windows, macOS and any Linux without the newer system calls.
/// </summary>
/// <remarks>
/// Symbolic links are found by looking at every directory on the way before each operation. Somebody who can write to the remote
/// and swaps a directory for a link in that instant is not stopped; <see cref="LinuxFileSystem"/> has no such gap.
/// </remarks>
internal sealed class PortableFileSystem : IFileSystem
{
    private readonly string _root;

    public PortableFileSystem(string root)
    {
        _root = root;
        var path = OperatingSystem.IsWindows() ? root.ToUpperInvariant() : root;
        Identity = $"local:{Environment.MachineName}:{path}";
    }

    public string Identity { get; }

    public bool IsCaseSensitive { get; } = !OperatingSystem.IsWindows() && !OperatingSystem.IsMacOS();

    public FileStatus? Stat(RemotePath path)
    {
        try
        {
            return CheckParents(path) ? StatFinal(path) : null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FrameworkErrors.Translate(exception, path);
        }
    }

    public IEnumerable<RemoteEntry> List(RemotePath directory)
    {
        RequireDirectory(directory);
        return Run(directory, full => new DirectoryInfo(full).EnumerateFileSystemInfos("*", new EnumerationOptions
        {
            AttributesToSkip = 0,
            IgnoreInaccessible = false,
            ReturnSpecialDirectories = false,
            MatchType = MatchType.Simple,
        })
        .Select(info => RemotePath.TryParse(directory.IsRoot ? info.Name : $"{directory.Value}/{info.Name}", out var path)
            ? Describe(info).ToEntry(path)
            : default)
        .Where(static entry => !entry.Path.IsRoot)
        .ToList());
    }

    public IOpenFile Open(RemotePath path, FileUse access, long reserve = 0)
    {
        if (access != FileUse.CreateNew)
        {
            RequireRegular(path);
        }

        return Run(path, full => new HandleFile(
            File.OpenHandle(
                full,
                access == FileUse.CreateNew ? FileMode.CreateNew : FileMode.Open,
                access switch { FileUse.Read => FileAccess.Read, FileUse.Update => FileAccess.ReadWrite, _ => FileAccess.Write },
                FileShare.ReadWrite | FileShare.Delete,
                FileOptions.Asynchronous,
                access == FileUse.CreateNew ? reserve : 0),
            path,
            startWriteBack: null));
    }

    public void Rename(RemotePath source, RemotePath destination) => Move(source, destination, overwrite: true);

    public void RenameToNew(RemotePath source, RemotePath destination) => Move(source, destination, overwrite: false);

    public void Unlink(RemotePath path) => Run(path, full =>
    {
        if (StatFinal(path) is not { } status)
        {
            throw new FileSystemException(FileFailure.NotFound, path, "nothing is there");
        }

        if (status.Kind == RemoteEntryKind.Directory)
        {
            throw new FileSystemException(FileFailure.IsDirectory, path, "it is a directory");
        }

        File.Delete(full);
        return 0;
    });

    public void MakeDirectory(RemotePath path) => Run(path, full =>
    {
        PortableCalls.Make(full, path);
        return 0;
    });

    public void RemoveDirectory(RemotePath path) => Run(path, static full =>
    {
        Directory.Delete(full, recursive: false);
        return 0;
    });

    public void FlushDirectory(RemotePath directory) => Run(directory, full =>
    {
        PortableCalls.Flush(full, directory);
        return 0;
    });

    public void SetDirectoryTime(RemotePath directory, DateTimeOffset time) => Run(directory, full =>
    {
        Directory.SetLastWriteTimeUtc(full, time.UtcDateTime);
        return 0;
    });

    public long? GetAvailableBytes()
    {
        try
        {
            return new DriveInfo(_root).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FrameworkErrors.Translate(exception, RemotePath.Root);
        }
    }

    public void Dispose()
    {
        // Nothing is held open.
    }

    private static FileStatus Describe(FileSystemInfo info)
    {
        const FileAttributes notRegular = FileAttributes.ReparsePoint | FileAttributes.Device;
        var kind = (info.Attributes & notRegular) != 0 ? RemoteEntryKind.Other
            : info is DirectoryInfo ? RemoteEntryKind.Directory
            : RemoteEntryKind.File;
        var length = kind == RemoteEntryKind.File ? ((FileInfo)info).Length : 0;

        // The creation time stands in for the number of the file, which the framework does not tell; on Linux it is not reliable.
        var number = OperatingSystem.IsLinux() ? 0 : (ulong)info.CreationTimeUtc.Ticks;
        return new(kind, length, info.LastWriteTimeUtc, number);
    }

    private void Move(RemotePath source, RemotePath destination, bool overwrite)
    {
        RequireRegular(source);
        Run(destination, full =>
        {
            if (StatFinal(destination) is { } status && (!overwrite || status.Kind == RemoteEntryKind.Directory))
            {
                throw new FileSystemException(
                    overwrite ? FileFailure.IsDirectory : FileFailure.Exists, destination, "something is there already");
            }

            if (overwrite)
            {
                File.Move(FullPath(source), full, overwrite: true);
            }
            else
            {
                PortableCalls.MoveToNew(FullPath(source), full, destination);
            }

            return 0;
        });
    }

    private string FullPath(RemotePath path) => path.IsRoot ? _root : Path.Combine(_root, path.Value);

    private T Run<T>(RemotePath path, Func<string, T> operation)
    {
        try
        {
            if (!CheckParents(path))
            {
                throw new FileSystemException(FileFailure.NotFound, path, "the directory above it is not there");
            }

            return operation(FullPath(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FrameworkErrors.Translate(exception, path);
        }
    }

    private void RequireRegular(RemotePath path)
    {
        var status = Stat(path) ?? throw new FileSystemException(FileFailure.NotFound, path, "nothing is there");
        if (status.Kind != RemoteEntryKind.File)
        {
            throw status.Kind == RemoteEntryKind.Directory
                ? new FileSystemException(FileFailure.IsDirectory, path, "it is a directory")
                : new FileSystemException(FileFailure.Link, path, "it is a symbolic link or a device");
        }
    }

    private void RequireDirectory(RemotePath path)
    {
        var status = Stat(path) ?? throw new FileSystemException(FileFailure.NotFound, path, "nothing is there");
        if (status.Kind != RemoteEntryKind.Directory)
        {
            throw status.Kind == RemoteEntryKind.File
                ? new FileSystemException(FileFailure.NotDirectory, path, "it is a file")
                : new FileSystemException(FileFailure.Link, path, "it is a symbolic link or a device");
        }
    }

    /// <summary>Whether every directory above a path is there; raises if one of them is a link.</summary>
    private bool CheckParents(RemotePath path)
    {
        if (path.IsRoot || path.Parent.IsRoot)
        {
            return true;
        }

        for (var slash = path.Value.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = path.Value.IndexOf('/', slash + 1))
        {
            var parent = RemotePath.Parse(path.Value[..slash]);
            switch (StatFinal(parent)?.Kind)
            {
                case RemoteEntryKind.Directory:
                    break;
                case RemoteEntryKind.Other:
                    throw new FileSystemException(FileFailure.Link, parent, "it is a symbolic link or a device");
                case RemoteEntryKind.File:
                    throw new FileSystemException(FileFailure.NotDirectory, parent, "it is a file");
                default:
                    return false;
            }
        }

        return true;
    }

    private FileStatus? StatFinal(RemotePath path)
    {
        var full = FullPath(path);
        FileAttributes attributes;
        try
        {
            attributes = File.GetAttributes(full);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }

        // The root itself may be a link; the framework follows it when the name ends in a separator.
        FileSystemInfo info = (attributes & FileAttributes.Directory) != 0 ? new DirectoryInfo(path.IsRoot ? full + Path.DirectorySeparatorChar : full) : new FileInfo(full);
        return path.IsRoot ? Describe(info) with { Kind = RemoteEntryKind.Directory } : Describe(info);
    }
}
