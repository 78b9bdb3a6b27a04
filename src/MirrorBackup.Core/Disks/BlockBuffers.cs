using System.Collections.Concurrent;

namespace MirrorBackup.Disks;

/// <summary>
/// Buffers of one exact size that are used again and again. <c>ArrayPool</c> rounds up to powers of two, which doubles a block of 2 MiB with its bitmap.
/// Thread-safe.
/// </summary>
internal sealed class BlockBuffers
{
    private const int MaximumRetained = 16;

    private readonly ConcurrentBag<byte[]> _free = [];
    private readonly int _bytes;

    public BlockBuffers(int bytes) => _bytes = bytes;

    /// <summary>Lends a buffer; what it holds is undefined. Disposing the lease gives it back.</summary>
    public Lease Rent() => new(this, _free.TryTake(out var buffer) ? buffer : GC.AllocateUninitializedArray<byte>(_bytes));

    private void Return(byte[] buffer)
    {
        if (_free.Count < MaximumRetained)
        {
            _free.Add(buffer);
        }
    }

    /// <summary>A buffer on loan. Dispose once; the memory must not be used afterwards.</summary>
    internal readonly struct Lease(BlockBuffers owner, byte[] buffer) : IDisposable
    {
        public Memory<byte> Memory => buffer;

        public void Dispose() => owner.Return(buffer);
    }
}
