using System.Runtime.InteropServices;

namespace MirrorBackup.Remotes.Local;

/// <summary>An entry that <c>readdir</c> gives on a 64-bit Linux: the name begins after number, position, length and type.</summary>
[StructLayout(LayoutKind.Explicit)]
internal struct DirectoryEntry
{
    /// <summary>The first byte of the name, which ends with a zero.</summary>
    [FieldOffset(19)]
    public byte Name;
}
