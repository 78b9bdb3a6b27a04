using System.Runtime.InteropServices;

namespace MirrorBackup.Remotes.Local;

/// <summary>The answer of the kernel's <c>statx</c>, which has the same layout on every processor. Only the fields that are used.</summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal readonly struct FileStatX
{
    private const int TypeMask = 0xF000;
    private const int DirectoryType = 0x4000;
    private const int RegularType = 0x8000;

    [FieldOffset(16)]
    private readonly uint _links;

    [FieldOffset(28)]
    private readonly ushort _mode;

    [FieldOffset(32)]
    private readonly ulong _number;

    [FieldOffset(40)]
    private readonly ulong _size;

    [FieldOffset(112)]
    private readonly long _modifiedSeconds;

    [FieldOffset(120)]
    private readonly uint _modifiedNanoseconds;

    [FieldOffset(136)]
    private readonly uint _deviceMajor;

    [FieldOffset(140)]
    private readonly uint _deviceMinor;

    /// <summary>Names of the file; 0 for a directory that was removed while it was open.</summary>
    public uint Links => _links;

    /// <summary>The device and the number: one text for one file or directory of this machine.</summary>
    public string Identity => $"{_deviceMajor}:{_deviceMinor}:{_number}";

    public FileStatus ToStatus()
    {
        var kind = (_mode & TypeMask) switch
        {
            DirectoryType => RemoteEntryKind.Directory,
            RegularType => RemoteEntryKind.File,
            _ => RemoteEntryKind.Other,
        };
        return new(kind, kind == RemoteEntryKind.File ? (long)_size : 0, ToTime(_modifiedSeconds, _modifiedNanoseconds), _number);
    }

    private static DateTimeOffset ToTime(long seconds, uint nanoseconds)
    {
        // A damaged file system can hold any number.
        var known = Math.Clamp(seconds, DateTimeOffset.MinValue.ToUnixTimeSeconds(), DateTimeOffset.MaxValue.ToUnixTimeSeconds());
        return DateTimeOffset.FromUnixTimeSeconds(known).AddTicks(known == seconds ? nanoseconds / 100 : 0);
    }
}
