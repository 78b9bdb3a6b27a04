using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MirrorBackup.Remotes.Local;

/// <summary>
/// Opens directories below a root, never through a link, so that nobody can lead the way out of the root by swapping a directory for a link in between: at once
/// where the system has a call for that, otherwise, and to tell what is wrong, one step at a time, each relative to the one above.
/// </summary>
/// <param name="root">The root; disposed with this.</param>
/// <param name="stepByStep">Whether to do without the call in any case.</param>
internal sealed unsafe class LinuxDirectories(SafeFileHandle root, bool stepByStep = false) : IDisposable
{
    private static readonly int Step = LibC.PathOnly | LibC.DirectoryOnly | LibC.NoFollow | LibC.CloseOnExec;
    private static readonly int Whole = LibC.ReadOnly | LibC.DirectoryOnly | LibC.NoFollow | LibC.CloseOnExec;

    // Older systems do not have the call, and some sandboxes forbid it.
    private volatile bool _hasNoCall = stepByStep;

    /// <summary>The directory above a path, for calls that take a directory and a name.</summary>
    public OpenDirectory OpenParent(RemotePath path)
    {
        var text = path.Value;
        if (text.LastIndexOf('/') is > 0 and var last && TryOpen(text.AsSpan(0, last), Step) is { } parent)
        {
            return parent;
        }

        var current = OpenDirectory.Root(root);
        var start = 0;
        for (var slash = text.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = text.IndexOf('/', start))
        {
            current = Enter(current, text, start, slash, Step);
            start = slash + 1;
        }

        return current;
    }

    /// <summary>Likewise, when the directory above another path is open already: where it is the same, it is not opened again.</summary>
    public OpenDirectory OpenParent(RemotePath path, RemotePath other, OpenDirectory otherParent) =>
        path.Value.AsSpan()[..^NameOf(path).Length].SequenceEqual(other.Value.AsSpan()[..^NameOf(other).Length])
            ? otherParent.Borrow()
            : OpenParent(path);

    /// <summary>The last segment of a path.</summary>
    public static ReadOnlySpan<char> NameOf(RemotePath path) => path.Value.AsSpan(path.Value.LastIndexOf('/') + 1);

    /// <summary>A directory that can be listed and flushed.</summary>
    public OpenDirectory Open(RemotePath directory)
    {
        var text = directory.Value;
        return directory.IsRoot ? OpenDirectory.Root(root)
            : TryOpen(text, Whole) ?? Enter(OpenParent(directory), text, text.LastIndexOf('/') + 1, text.Length, Whole);
    }

    /// <summary>A directory as <see cref="ReadNames(OpenDirectory, RemotePath)"/> needs it.</summary>
    public OpenDirectory OpenToList(RemotePath directory)
    {
        if (!directory.IsRoot)
        {
            return Open(directory);
        }

        // Opened anew: the position of a listing belongs to the open file, which several listings of the root would share.
        using var open = OpenDirectory.Root(root);
        var own = LibC.OpenAt(open.Descriptor, ".", LibC.ReadOnly | LibC.DirectoryOnly | LibC.CloseOnExec, 0);
        return own < 0 ? throw LinuxErrors.Last(directory) : OpenDirectory.Own(own);
    }

    /// <summary>The names in a directory that was opened for this, without <c>.</c> and <c>..</c>.</summary>
    public static List<string> ReadNames(OpenDirectory open, RemotePath directory)
    {
        var descriptor = LibC.Duplicate(open.Descriptor);
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
    public static FileStatX? Stat(OpenDirectory directory, ReadOnlySpan<char> name, RemotePath path) => Stat(directory.Descriptor, name, path);

    /// <summary>Likewise, by the number of a directory, or of a file, of which the empty name is itself.</summary>
    public static FileStatX? Stat(int descriptor, ReadOnlySpan<char> name, RemotePath path)
    {
        if (LibC.StatX(descriptor, name, name.Length == 0 ? LibC.EmptyPath : LibC.NoFollowLink, LibC.BasicFields, out var status) == 0)
        {
            return status;
        }

        return Marshal.GetLastPInvokeError() == LinuxErrors.NotFound ? null : throw LinuxErrors.Last(path);
    }

    public void Dispose() => root.Dispose();

    private OpenDirectory? TryOpen(ReadOnlySpan<char> path, int flags)
    {
        if (_hasNoCall)
        {
            return null;
        }

        var how = new OpenHow((ulong)flags, 0, LibC.ResolveWithoutLinksBeneath);
        using var open = OpenDirectory.Root(root);
        var descriptor = LibC.Call(LibC.OpenAt2, open.Descriptor, path, how, (nuint)sizeof(OpenHow));
        if (descriptor >= 0)
        {
            return OpenDirectory.Own((int)descriptor);
        }

        _hasNoCall |= Marshal.GetLastPInvokeError() is LinuxErrors.NotImplemented or LinuxErrors.NotPermitted;
        return null;
    }

    private static OpenDirectory Enter(OpenDirectory parent, string text, int start, int end, int flags)
    {
        var name = text.AsSpan(start..end);
        using (parent)
        {
            var descriptor = LibC.OpenAt(parent.Descriptor, name, flags, 0);
            if (descriptor >= 0)
            {
                return OpenDirectory.Own(descriptor);
            }

            var path = RemotePath.Parse(text[..end]);
            var failure = LinuxErrors.Last(path);

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

    /// <summary>
    /// An open directory, closed with its scope unless somebody else closes it. By its number, as there are several for each block that is written, and a handle
    /// that could be forgotten is an object to be finalised.
    /// </summary>
    internal readonly struct OpenDirectory : IDisposable
    {
        private readonly SafeFileHandle? _held;
        private readonly bool _isOwned;

        private OpenDirectory(int descriptor, bool isOwned, SafeFileHandle? held) => (Descriptor, _isOwned, _held) = (descriptor, isOwned, held);

        public int Descriptor { get; }

        /// <summary>The root, which stays open as long as this is.</summary>
        public static OpenDirectory Root(SafeFileHandle root)
        {
            var isHeld = false;
            root.DangerousAddRef(ref isHeld);
            return new((int)root.DangerousGetHandle(), isOwned: false, root);
        }

        /// <summary>A directory that was opened for this.</summary>
        public static OpenDirectory Own(int descriptor) => new(descriptor, isOwned: true, held: null);

        /// <summary>The same directory again, for a scope within this one's.</summary>
        public OpenDirectory Borrow() => new(Descriptor, isOwned: false, held: null);

        public void Dispose()
        {
            _held?.DangerousRelease();
            if (_isOwned)
            {
                _ = LibC.Close(Descriptor);
            }
        }
    }
}
