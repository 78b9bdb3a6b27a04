using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MirrorBackup.Remotes.Local;

/// <summary>
/// Opens directories below a root one step at a time, each relative to the one above and never through a link, so that
/// nobody can lead the way out of the root by swapping a directory for a link in between.
/// </summary>
internal sealed unsafe class LinuxDirectories(SafeFileHandle root) : IDisposable
{
    private static readonly int Step = LibC.PathOnly | LibC.DirectoryOnly | LibC.NoFollow | LibC.CloseOnExec;

    /// <summary>The directory above a path, for calls that take a directory and a name.</summary>
    public OpenDirectory OpenParent(RemotePath path)
    {
        var current = new OpenDirectory(root, isOwned: false);
        var text = path.Value;
        var start = 0;
        for (var slash = text.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = text.IndexOf('/', start))
        {
            current = Enter(current, text[start..slash], RemotePath.Parse(text[..slash]), Step);
            start = slash + 1;
        }

        return current;
    }

    /// <summary>A directory that can be listed and flushed.</summary>
    public OpenDirectory Open(RemotePath directory) => directory.IsRoot
        ? new OpenDirectory(root, isOwned: false)
        : Enter(OpenParent(directory), directory.Name, directory, LibC.ReadOnly | LibC.DirectoryOnly | LibC.NoFollow | LibC.CloseOnExec);

    /// <summary>The names in a directory, without <c>.</c> and <c>..</c>.</summary>
    public List<string> ReadNames(RemotePath directory)
    {
        using var open = Open(directory);

        // Opened anew: the position of a listing belongs to the open file, which several listings of the root would share.
        using var own = LibC.OpenAt(open.Handle, ".", LibC.ReadOnly | LibC.DirectoryOnly | LibC.CloseOnExec, 0);
        var descriptor = own.IsInvalid ? -1 : LibC.Duplicate(own);
        if (descriptor < 0)
        {
            throw LinuxErrors.Last(directory);
        }

        var stream = LibC.OpenStream(descriptor);
        if (stream == 0)
        {
            var failure = LinuxErrors.Last(directory);
            _ = LibC.Close(descriptor);
            throw failure;
        }

        try
        {
            return ReadNames(stream, directory);
        }
        finally
        {
            _ = LibC.CloseStream(stream);
        }
    }

    /// <summary>What a name in an open directory is; <see langword="null"/> if nothing has it.</summary>
    public static FileStatX? Stat(OpenDirectory directory, string name, RemotePath path)
    {
        if (LibC.StatX(directory.Handle, name, name.Length == 0 ? LibC.EmptyPath : LibC.NoFollowLink, LibC.BasicFields, out var status) == 0)
        {
            return status;
        }

        return Marshal.GetLastPInvokeError() == LinuxErrors.NotFound ? null : throw LinuxErrors.Last(path);
    }

    public void Dispose() => root.Dispose();

    private static OpenDirectory Enter(OpenDirectory parent, string name, RemotePath path, int flags)
    {
        using (parent)
        {
            var handle = LibC.OpenAt(parent.Handle, name, flags, 0);
            if (!handle.IsInvalid)
            {
                return new OpenDirectory(handle, isOwned: true);
            }

            var failure = LinuxErrors.Last(path);
            handle.Dispose();

            // The system says "not a directory" of a file, and of a link that it was told not to follow.
            var isLink = failure.Failure is FileFailure.NotDirectory or FileFailure.Link
                && Stat(parent, name, path)?.ToStatus().Kind == RemoteEntryKind.Other;
            throw isLink
                ? new FileSystemException(FileFailure.Link, path, "it is a symbolic link or a device, which are not followed")
                : failure;
        }
    }

    private static List<string> ReadNames(nint stream, RemotePath directory)
    {
        var names = new List<string>();
        while (true)
        {
            var entry = LibC.ReadStream(stream);
            if (entry is null)
            {
                return Marshal.GetLastPInvokeError() == 0 ? names : throw LinuxErrors.Last(directory);
            }

            var name = Marshal.PtrToStringUTF8((nint)(&entry->Name))!;
            if (name is not ("." or ".."))
            {
                names.Add(name);
            }
        }
    }

    /// <summary>An open directory that is closed with its scope, unless it is the root.</summary>
    internal readonly struct OpenDirectory(SafeFileHandle handle, bool isOwned) : IDisposable
    {
        public SafeFileHandle Handle { get; } = handle;

        public void Dispose()
        {
            if (isOwned)
            {
                Handle.Dispose();
            }
        }
    }
}
