using System.Runtime.InteropServices;

namespace MirrorBackup.Remotes.Local;

/// <summary>A time as the C library of a 64-bit system takes it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal readonly record struct TimeSpec(long Seconds, long Nanoseconds)
{
    public static TimeSpec From(DateTimeOffset time)
    {
        var seconds = time.ToUnixTimeSeconds();
        return new(seconds, (time - DateTimeOffset.FromUnixTimeSeconds(seconds)).Ticks * 100);
    }
}
