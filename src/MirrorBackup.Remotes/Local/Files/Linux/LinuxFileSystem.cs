using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace MirrorBackup.Remotes.Local;

/// <summary>The file operations by the system calls of Linux, relative to an open root and free of races with links.</summary>
internal sealed unsafe class LinuxFileSystem : IFileSystem
{
    private const uint FileMode = 0x1B6; // 0666, less what the process's mask takes
    private const uint DirectoryMode = 0x1FF; // 0777, likewise
    private const string NoteAttribute = "user.mirrorbackup.note";
    private const int MaximumNoteBytes = 512;

    private readonly string _rootPath;
    private readonly LinuxDirectories _directories;
    private readonly bool _countsLinks;

    private LinuxFileSystem(string rootPath, SafeFileHandle root, bool stepByStep)
    {
        _rootPath = rootPath;
        _directories = new LinuxDirectories(root, stepByStep);
        using var open = _directories.Open(RemotePath.Root);
        var status = LinuxDirectories.Stat(open, "", RemotePath.Root);
        Identity = $"local:{Environment.MachineName}:{status?.Identity}";
        _countsLinks = status is { Links: > 0 };
    }

    public string Identity { get; }

    public bool IsCaseSensitive => true;

    /// <summary>Opens a root, or returns <see langword="null"/> where the system has not all the calls.</summary>
    /// <param name="rootPath">The root.</param>
    /// <param name="stepByStep">Whether to go without calls that older systems do not have.</param>
    public static LinuxFileSystem? TryOpen(string rootPath, bool stepByStep = false)
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
        {
            return null;
        }

        var root = LibC.Open(rootPath, LibC.ReadOnly | LibC.DirectoryOnly | LibC.CloseOnExec);
        if (root.IsInvalid)
        {
            throw LinuxErrors.Last(RemotePath.Root);
        }

        try
        {
            return new LinuxFileSystem(rootPath, root, stepByStep);
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or FileSystemException)
        {
            // The portable operations may work, or raise the same again.
            root.Dispose();
            return null;
        }
    }

    public FileStatus? Stat(RemotePath path)
    {
        if (path.IsRoot)
        {
            using var root = _directories.Open(path);
            return LinuxDirectories.Stat(root, "", path) is { } there && (there.Links > 0 || !_countsLinks) ? there.ToStatus() : null;
        }

        try
        {
            using var parent = _directories.OpenParent(path);
            return LinuxDirectories.Stat(parent, LinuxDirectories.NameOf(path), path)?.ToStatus();
        }
        catch (FileSystemException exception) when (exception.Failure == FileFailure.NotFound)
        {
            return null;
        }
    }

    public IEnumerable<RemoteEntry> List(RemotePath directory)
    {
        using var open = _directories.OpenToList(directory);
        var names = LinuxDirectories.ReadNames(open, directory);
        var entries = new List<RemoteEntry>(names.Count);
        foreach (var name in names)
        {
            if (directory.TryCombine(name, out var path) && LinuxDirectories.Stat(open, name, path) is { } status)
            {
                entries.Add(status.ToStatus().ToEntry(path));
            }
        }

        return entries;
    }

    public IOpenFile Open(RemotePath path, FileUse access, long reserve = 0)
    {
        using var parent = _directories.OpenParent(path);
        var descriptor = OpenRegular(parent, path, access);
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        try
        {
            RequireRegular(LinuxDirectories.Stat(descriptor, "", path), path);
            Reserve(handle, reserve, path);
            return new HandleFile(handle, path, StartWriteBack);
        }
        catch
        {
            handle.Dispose();
            if (access == FileUse.CreateNew)
            {
                _ = LibC.UnlinkAt(parent.Descriptor, LinuxDirectories.NameOf(path), 0);
            }

            throw;
        }
    }

    public ValueTask<long> ReadAllAsync(RemotePath path, Memory<byte> buffer, CancellationToken cancellationToken) => new(ReadAll(path, buffer.Span));

    public void Rename(RemotePath source, RemotePath destination)
    {
        using var from = _directories.OpenParent(source);
        using var to = _directories.OpenParent(destination, source, from);
        Check(LibC.RenameAt(from.Descriptor, LinuxDirectories.NameOf(source), to.Descriptor, LinuxDirectories.NameOf(destination)), destination);
    }

    public void RenameToNew(RemotePath source, RemotePath destination)
    {
        using var from = _directories.OpenParent(source);
        using var to = _directories.OpenParent(destination, source, from);
        if (TryRenameNoReplace(from, LinuxDirectories.NameOf(source), to, LinuxDirectories.NameOf(destination)))
        {
            return;
        }

        var error = Marshal.GetLastPInvokeError();
        if (error is not (LinuxErrors.Invalid or LinuxErrors.NotImplemented or LinuxErrors.NotSupported))
        {
            throw LinuxErrors.From(error, destination);
        }

        // NFS, among others: a second name is made only if it is free, then the first one goes.
        Check(LibC.LinkAt(from.Descriptor, LinuxDirectories.NameOf(source), to.Descriptor, LinuxDirectories.NameOf(destination), 0), destination);
        Check(LibC.UnlinkAt(from.Descriptor, LinuxDirectories.NameOf(source), 0), source);
    }

    public void Unlink(RemotePath path)
    {
        using var parent = _directories.OpenParent(path);
        Check(LibC.UnlinkAt(parent.Descriptor, LinuxDirectories.NameOf(path), 0), path);
    }

    public void MakeDirectory(RemotePath path)
    {
        using var parent = _directories.OpenParent(path);
        Check(LibC.MakeDirectoryAt(parent.Descriptor, LinuxDirectories.NameOf(path), DirectoryMode), path);
    }

    public void RemoveDirectory(RemotePath path)
    {
        using var parent = _directories.OpenParent(path);
        Check(LibC.UnlinkAt(parent.Descriptor, LinuxDirectories.NameOf(path), LibC.RemoveDirectory), path);
    }

    public void FlushFile(RemotePath path)
    {
        using var parent = _directories.OpenParent(path);
        var descriptor = OpenRegular(parent, path, FileUse.Update);
        try
        {
            Flush(descriptor, path);
        }
        finally
        {
            _ = LibC.Close(descriptor);
        }
    }

    public void FlushDirectory(RemotePath directory)
    {
        using var open = _directories.Open(directory);
        Flush(open.Descriptor, directory);
    }

    public void SetDirectoryTime(RemotePath directory, DateTimeOffset time)
    {
        using var parent = _directories.OpenParent(directory);
        var times = stackalloc TimeSpec[2] { new TimeSpec(0, LibC.OmitTime), TimeSpec.From(time) };
        Check(LibC.SetTimes(parent.Descriptor, LinuxDirectories.NameOf(directory), times, LibC.NoFollowLink), directory);
    }

    public void SetNote(RemotePath directory, string note)
    {
        using var open = _directories.Open(directory);
        var bytes = Encoding.UTF8.GetBytes(note);
        if (bytes.Length <= MaximumNoteBytes)
        {
            // An extended attribute; a storage that has none, or lets users set none, goes without.
            _ = LibC.SetAttribute(open.Descriptor, NoteAttribute, bytes, (nuint)bytes.Length, 0);
        }
    }

    public string? GetNote(RemotePath directory)
    {
        using var open = _directories.Open(directory);
        Span<byte> bytes = stackalloc byte[MaximumNoteBytes];
        var length = LibC.GetAttribute(open.Descriptor, NoteAttribute, bytes, (nuint)bytes.Length);
        return length > 0 ? Encoding.UTF8.GetString(bytes[..(int)length]) : null;
    }

    public long? GetAvailableBytes()
    {
        try
        {
            return new DriveInfo(_rootPath).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw FrameworkErrors.Translate(exception, RemotePath.Root);
        }
    }

    public void Dispose() => _directories.Dispose();

    // By its number, without a handle: a disk in a directory is thousands of such files.
    private long ReadAll(RemotePath path, Span<byte> buffer)
    {
        using var parent = _directories.OpenParent(path);
        var descriptor = OpenRegular(parent, path, FileUse.Read);
        try
        {
            var length = RequireRegular(LinuxDirectories.Stat(descriptor, "", path), path).Length;
            return length > buffer.Length ? length : ReadAll(descriptor, path, buffer[..(int)length]);
        }
        finally
        {
            _ = LibC.Close(descriptor);
        }
    }

    private static int ReadAll(int descriptor, RemotePath path, Span<byte> buffer)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            var count = (int)LibC.ReadAt(descriptor, buffer[total..], (nuint)(buffer.Length - total), total);
            if (count == 0)
            {
                break;
            }

            if (count > 0)
            {
                total += count;
            }
            else if (Marshal.GetLastPInvokeError() != LinuxErrors.Interrupted)
            {
                throw LinuxErrors.Last(path);
            }
        }

        return total;
    }

    private static int OpenRegular(LinuxDirectories.OpenDirectory parent, RemotePath path, FileUse access)
    {
        if (access != FileUse.CreateNew)
        {
            // Looked at before it is opened: opening a pipe would wait, opening a device may do anything.
            RequireRegular(LinuxDirectories.Stat(parent, LinuxDirectories.NameOf(path), path), path);
        }

        var flags = LibC.NoFollow | LibC.CloseOnExec | access switch
        {
            FileUse.Read => LibC.ReadOnly,
            FileUse.Update => LibC.ReadWrite,
            _ => LibC.WriteOnly | LibC.CreateExclusive,
        };
        var descriptor = LibC.OpenAt(parent.Descriptor, LinuxDirectories.NameOf(path), flags, FileMode);
        return descriptor >= 0 ? descriptor : throw LinuxErrors.Last(path);
    }

    // Storages that cannot flush are not asked for more than they can.
    private static void Flush(int descriptor, RemotePath path)
    {
        while (LibC.Flush(descriptor) != 0)
        {
            switch (Marshal.GetLastPInvokeError())
            {
                case LinuxErrors.Interrupted:
                    continue;
                case LinuxErrors.Invalid or LinuxErrors.NotSupported or LinuxErrors.NotImplemented:
                    return;
                default:
                    throw LinuxErrors.Last(path);
            }
        }
    }

    private static bool TryRenameNoReplace(
        LinuxDirectories.OpenDirectory from, ReadOnlySpan<char> source, LinuxDirectories.OpenDirectory to, ReadOnlySpan<char> destination)
    {
        try
        {
            return LibC.RenameAt2(from.Descriptor, source, to.Descriptor, destination, LibC.RenameNoReplace) == 0;
        }
        catch (EntryPointNotFoundException)
        {
            Marshal.SetLastPInvokeError(LinuxErrors.NotImplemented);
            return false;
        }
    }

    private static void Reserve(SafeFileHandle handle, long bytes, RemotePath path)
    {
        // Only "no room" counts: a storage that cannot reserve can still write.
        if (bytes > 0
            && LibC.Allocate(handle, LibC.KeepSize, 0, bytes) != 0
            && LinuxErrors.Last(path) is { Failure: FileFailure.Full } full)
        {
            throw full;
        }
    }

    private static void StartWriteBack(SafeFileHandle handle, long offset, long length)
    {
        if (length > 0)
        {
            // A hint: what it cannot begin, the flush will do.
            _ = LibC.SyncFileRange(handle, offset, length, LibC.SyncWrite);
        }
    }

    private static FileStatus RequireRegular(FileStatX? found, RemotePath path)
    {
        var status = found?.ToStatus() ?? throw new FileSystemException(FileFailure.NotFound, path, "nothing is there");
        return status.Kind switch
        {
            RemoteEntryKind.File => status,
            RemoteEntryKind.Directory => throw new FileSystemException(FileFailure.IsDirectory, path, "it is a directory, a file was expected"),
            _ => throw new FileSystemException(FileFailure.Link, path, "it is a symbolic link or a device, which are not followed"),
        };
    }

    private static void Check(int result, RemotePath path)
    {
        if (result != 0)
        {
            throw LinuxErrors.Last(path);
        }
    }
}
