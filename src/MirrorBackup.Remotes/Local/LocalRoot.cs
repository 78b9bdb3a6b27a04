namespace MirrorBackup.Remotes.Local;

/// <summary>Checks the root directory of a remote when it is opened.</summary>
internal static class LocalRoot
{
    /// <summary>The full path of the root, made if the options say so.</summary>
    public static string Prepare(string rootPath, LocalRemoteOptions options)
    {
        var root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(rootPath));
        var name = options.Name ?? root;
        if (File.Exists(root))
        {
            throw new RemoteConflictException(
                $"The remote {name} cannot be opened: its root {root} is a file, a directory was expected.", ErrorCodes.RemoteWrongKind)
            {
                Remote = name,
            };
        }

        if (!Directory.Exists(root))
        {
            if (!options.CreateRoot || options.IsReadOnly)
            {
                throw new RemoteNotFoundException(
                    $"The remote {name} cannot be opened: its root directory {root} is not there. Is the storage mounted?")
                {
                    Remote = name,
                };
            }

            Make(root, name);
        }

        return root;
    }

    /// <summary>Opens the file operations that fit this system, and makes sure that the root can be read.</summary>
    public static IFileSystem OpenFiles(string root, string name)
    {
        IFileSystem? files = null;
        try
        {
            files = LinuxFileSystem.TryOpen(root) ?? (IFileSystem)new PortableFileSystem(root);
            _ = files.List(RemotePath.Root).Any();
            return files;
        }
        catch (FileSystemException exception)
        {
            files?.Dispose();
            throw new LocalErrors(name).Translate(exception, RemotePath.Root, "open");
        }
    }

    private static void Make(string root, string name)
    {
        try
        {
            Directory.CreateDirectory(root);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LocalErrors(name).Translate(FrameworkErrors.Translate(exception, RemotePath.Root), RemotePath.Root, "make");
        }
    }
}
