using System.Runtime.InteropServices;
using System.Runtime.InteropServices.Marshalling;
using Microsoft.Win32.SafeHandles;

namespace MirrorBackup.Remotes.Local;

/// <summary>The calls of the C library that the framework has no members for. Linux on 64-bit processors.</summary>
internal static unsafe partial class LibC
{
    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int ReadWrite = 2;
    public const int CreateExclusive = 0x40 | 0x80;
    public const int CloseOnExec = 0x80000;
    public const int PathOnly = 0x200000;

    /// <summary>Fields of <see cref="OpenHow.Resolve"/>: no link on the way, and no way out of the directory where it begins.</summary>
    public const ulong ResolveWithoutLinksBeneath = 0x4 | 0x8;

    /// <summary>Number of openat2, the same on all processors.</summary>
    public const nint OpenAt2 = 437;

    /// <summary>Flag of <see cref="StatX"/> and <see cref="SetTimes"/>: the link itself, not what it leads to.</summary>
    public const int NoFollowLink = 0x100;

    /// <summary>Flag of <see cref="StatX"/>: the descriptor itself, with an empty name.</summary>
    public const int EmptyPath = 0x1000;

    /// <summary>Flag of <see cref="UnlinkAt"/>: an empty directory.</summary>
    public const int RemoveDirectory = 0x200;

    /// <summary>Flag of <see cref="RenameAt2"/>: fail if the new name is taken.</summary>
    public const uint RenameNoReplace = 1;

    /// <summary>Flag of <see cref="Allocate"/>: reserve room, leave the length.</summary>
    public const int KeepSize = 1;

    /// <summary>Flag of <see cref="SyncFileRange"/>: begin writing, do not wait.</summary>
    public const uint SyncWrite = 2;

    /// <summary>Nanoseconds that tell <see cref="SetTimes"/> to leave a time as it is.</summary>
    public const long OmitTime = 0x3FFFFFFE;

    /// <summary>Fields of <see cref="FileStatX"/> that are asked for: type, mode, links, modification time, number and size.</summary>
    public const uint BasicFields = 0x7FF;

    private const string Library = "libc";

    /// <summary>The two flags whose values depend on the processor.</summary>
    private static readonly bool IsArmOrPower =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm or Architecture.Ppc64le;

    public static int DirectoryOnly { get; } = IsArmOrPower ? 0x4000 : 0x10000;

    public static int NoFollow { get; } = IsArmOrPower ? 0x8000 : 0x20000;

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial SafeFileHandle Open(string path, int flags);

    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true)]
    public static partial int OpenAt(int directory, [MarshalUsing(typeof(NameMarshaller))] ReadOnlySpan<char> name, int flags, uint mode);

    /// <summary>A call for which the library has no function.</summary>
    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    public static partial nint Call(
        nint number,
        int directory,
        [MarshalUsing(typeof(NameMarshaller))] ReadOnlySpan<char> path,
        in OpenHow how,
        nuint size);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true)]
    public static partial int StatX(
        int directory,
        [MarshalUsing(typeof(NameMarshaller))] ReadOnlySpan<char> name,
        int flags,
        uint mask,
        out FileStatX status);

    [LibraryImport(Library, EntryPoint = "mkdirat", SetLastError = true)]
    public static partial int MakeDirectoryAt(int directory, [MarshalUsing(typeof(NameMarshaller))] ReadOnlySpan<char> name, uint mode);

    [LibraryImport(Library, EntryPoint = "unlinkat", SetLastError = true)]
    public static partial int UnlinkAt(int directory, [MarshalUsing(typeof(NameMarshaller))] ReadOnlySpan<char> name, int flags);

    [LibraryImport(Library, EntryPoint = "linkat", SetLastError = true)]
    public static partial int LinkAt(
        int oldDirectory,
        [MarshalUsing(typeof(NameMarshaller))] ReadOnlySpan<char> oldName,
        int newDirectory,
        [MarshalUsing(typeof(NameMarshaller))] ReadOnlySpan<char> newName,
        int flags);

    [LibraryImport(Library, EntryPoint = "renameat", SetLastError = true)]
    public static partial int RenameAt(
        int oldDirectory,
        [MarshalUsing(typeof(NameMarshaller))] ReadOnlySpan<char> oldName,
        int newDirectory,
        [MarshalUsing(typeof(NameMarshaller))] ReadOnlySpan<char> newName);

    [LibraryImport(Library, EntryPoint = "renameat2", SetLastError = true)]
    public static partial int RenameAt2(
        int oldDirectory,
        [MarshalUsing(typeof(NameMarshaller))] ReadOnlySpan<char> oldName,
        int newDirectory,
        [MarshalUsing(typeof(NameMarshaller))] ReadOnlySpan<char> newName,
        uint flags);

    [LibraryImport(Library, EntryPoint = "utimensat", SetLastError = true)]
    public static partial int SetTimes(
        int directory,
        [MarshalUsing(typeof(NameMarshaller))] ReadOnlySpan<char> name,
        TimeSpec* accessAndModification,
        int flags);

    [LibraryImport(Library, EntryPoint = "fsetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SetAttribute(int file, string name, ReadOnlySpan<byte> value, nuint length, int flags);

    [LibraryImport(Library, EntryPoint = "fgetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial nint GetAttribute(int file, string name, Span<byte> value, nuint length);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    public static partial int Flush(int file);

    [LibraryImport(Library, EntryPoint = "pread", SetLastError = true)]
    public static partial nint ReadAt(int file, Span<byte> buffer, nuint length, long offset);

    [LibraryImport(Library, EntryPoint = "fallocate", SetLastError = true)]
    public static partial int Allocate(SafeFileHandle file, int mode, long offset, long length);

    [LibraryImport(Library, EntryPoint = "sync_file_range", SetLastError = true)]
    public static partial int SyncFileRange(SafeFileHandle file, long offset, long length, uint flags);

    [LibraryImport(Library, EntryPoint = "copy_file_range", SetLastError = true)]
    public static partial nint CopyFileRange(SafeFileHandle source, long* sourceOffset, SafeFileHandle target, long* targetOffset, nuint length, uint flags);

    [LibraryImport(Library, EntryPoint = "dup", SetLastError = true)]
    public static partial int Duplicate(int file);

    [LibraryImport(Library, EntryPoint = "close")]
    public static partial int Close(int descriptor);

    [LibraryImport(Library, EntryPoint = "fdopendir", SetLastError = true)]
    public static partial nint OpenStream(int descriptor);

    [LibraryImport(Library, EntryPoint = "readdir", SetLastError = true)]
    public static partial DirectoryEntry* ReadStream(nint stream);

    [LibraryImport(Library, EntryPoint = "closedir")]
    public static partial int CloseStream(nint stream);
}
