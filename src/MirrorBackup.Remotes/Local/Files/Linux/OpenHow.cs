using System.Runtime.InteropServices;

namespace MirrorBackup.Remotes.Local;

/// <summary>How openat2 opens.</summary>
/// <param name="Flags">As those of open.</param>
/// <param name="Mode">Of a file that it makes.</param>
/// <param name="Resolve">What may be on the way.</param>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct OpenHow(ulong Flags, ulong Mode, ulong Resolve);
