namespace MirrorBackup.Benchmarks;

/// <summary>How many bytes of disk content one call of each benchmark of a class handles.</summary>
/// <param name="bytes">Bytes.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class HandlesAttribute(long bytes) : Attribute
{
    /// <summary>Bytes.</summary>
    public long Bytes { get; } = bytes;
}
