using System.Runtime.InteropServices;

namespace MirrorBackup.Remotes.Local;

/// <summary>The steps that the framework has no members for: making a name only if it is free, and flushing a directory.</summary>
internal static partial class PortableCalls
{
    private const uint AllPermissions = 0x1FF; // 0777, less what the process's mask takes
    private const int ErrnoExists = 17;
    private const int ErrnoNotFound = 2;
    private const int ErrnoInputOutput = 5;
    private const int ErrnoNoSpace = 28;
    private const int WindowsAlreadyExists = 183;
    private const int WindowsPathNotFound = 3;

    /// <summary>Makes a directory, or fails if something is there: decided by the system in one step.</summary>
    public static void Make(string fullPath, RemotePath path)
    {
        var windows = OperatingSystem.IsWindows();
        if (windows ? WindowsCreateDirectory(fullPath, 0) : UnixMakeDirectory(fullPath, AllPermissions) == 0)
        {
            return;
        }

        throw Last(path);
    }

    /// <summary>Renames a file only if the new name is free: decided by the system in one step.</summary>
    public static void MoveToNew(string source, string destination, RemotePath path)
    {
        if (OperatingSystem.IsWindows())
        {
            File.Move(source, destination, overwrite: false);
        }
        else if (UnixLink(source, destination) != 0)
        {
            throw Last(path);
        }
        else
        {
            File.Delete(source);
        }
    }

    /// <summary>Makes the names in a directory durable. Windows cannot; file systems that refuse to flush a directory are taken at their word.</summary>
    public static void Flush(string fullPath, RemotePath path)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var descriptor = UnixOpen(fullPath, 0);
        if (descriptor < 0)
        {
            var error = Marshal.GetLastPInvokeError();
            throw new FileSystemException(
                error == ErrnoNotFound ? FileFailure.NotFound : FileFailure.Other, path, Marshal.GetPInvokeErrorMessage(error));
        }

        var failed = UnixFlush(descriptor) != 0;
        var cause = Marshal.GetLastPInvokeError();
        _ = UnixClose(descriptor);
        if (failed && cause is (ErrnoInputOutput or ErrnoNoSpace))
        {
            throw new FileSystemException(
                cause == ErrnoNoSpace ? FileFailure.Full : FileFailure.Other, path, Marshal.GetPInvokeErrorMessage(cause));
        }
    }

    private static FileSystemException Last(RemotePath path)
    {
        var error = Marshal.GetLastPInvokeError();
        var failure = (OperatingSystem.IsWindows(), error) switch
        {
            (true, WindowsAlreadyExists) or (false, ErrnoExists) => FileFailure.Exists,
            (true, WindowsPathNotFound) or (false, ErrnoNotFound) => FileFailure.NotFound,
            (true, 5) or (false, 1 or 13 or 30) => FileFailure.AccessDenied,
            (true, 112) or (false, ErrnoNoSpace) => FileFailure.Full,
            _ => FileFailure.Other,
        };
        return new FileSystemException(failure, path, Marshal.GetPInvokeErrorMessage(error));
    }

    [LibraryImport("kernel32", EntryPoint = "CreateDirectoryW", SetLastError = true, StringMarshalling = StringMarshalling.Utf16)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static partial bool WindowsCreateDirectory(string path, nint securityAttributes);

    [LibraryImport("libc", EntryPoint = "mkdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnixMakeDirectory(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnixLink(string source, string destination);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int UnixOpen(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int UnixFlush(int descriptor);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int UnixClose(int descriptor);
}
