namespace MirrorBackup.Transfer;

/// <summary>Counts the bytes of a copy while it runs. Thread-safe, and free of allocations, so that it can be read as often as one likes.</summary>
/// <param name="targets">How many targets the copy has.</param>
/// <param name="changed">
/// Called after each block that was read or written, by the thread that did it, possibly by several at once; has to be quick and must not raise.
/// </param>
public sealed class CopyMeter(int targets, Action<CopyMeter>? changed = null)
{
    private readonly long[] _written = new long[targets];
    private long _read;

    /// <summary>How many targets there are.</summary>
    public int Targets => _written.Length;

    /// <summary>Bytes of content that were read from the source.</summary>
    public long BytesRead => Volatile.Read(ref _read);

    /// <summary>Bytes of blocks that one target has stored: those of their content, unless the target compresses them or had them already.</summary>
    /// <param name="target">0-based, in the order of the call.</param>
    /// <returns>The bytes so far.</returns>
    public long BytesWritten(int target) => Volatile.Read(ref _written[target]);

    internal void AddRead(long bytes)
    {
        Interlocked.Add(ref _read, bytes);
        changed?.Invoke(this);
    }

    internal void AddWritten(int target, long bytes)
    {
        Interlocked.Add(ref _written[target], bytes);
        changed?.Invoke(this);
    }
}
