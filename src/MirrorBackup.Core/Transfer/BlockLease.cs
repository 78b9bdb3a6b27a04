namespace MirrorBackup.Transfer;

/// <summary>
/// One block on its way to several readers. Whoever holds a reference releases it exactly once; the last release returns the buffer.
/// Filled by its first holder only; read-only from the moment that it is shared.
/// </summary>
internal sealed class BlockLease
{
    private readonly BlockPool _pool;
    private byte[]? _buffer;
    private int _references = 1;

    internal BlockLease(BlockPool pool, byte[] buffer)
    {
        _pool = pool;
        _buffer = buffer;
        Length = pool.BlockBytes;
    }

    /// <summary>The 0-based block of a disk, or the ordinal of a piece of a stream.</summary>
    public int Index { get; set; }

    /// <summary>Bytes of <see cref="Data"/> that count: all of them for a block of a disk.</summary>
    public int Length { get; set; }

    /// <summary>The hash of the content, where the reader computed one.</summary>
    public UInt128 Hash { get; set; }

    /// <summary>The sector bitmap.</summary>
    public Memory<byte> Bitmap => Buffer.AsMemory(0, _pool.BitmapBytes);

    /// <summary>The data, <see cref="Length"/> bytes.</summary>
    public Memory<byte> Data => Buffer.AsMemory(_pool.BitmapBytes, Length);

    private byte[] Buffer => _buffer ?? throw new ObjectDisposedException(nameof(BlockLease));

    /// <summary>Adds a reference for another holder. Only somebody who holds one may add one.</summary>
    public void Retain()
    {
        ObjectDisposedException.ThrowIf(Interlocked.Increment(ref _references) <= 1, this);
    }

    /// <summary>Gives a reference back.</summary>
    public void Release()
    {
        var left = Interlocked.Decrement(ref _references);
        ObjectDisposedException.ThrowIf(left < 0, this);
        if (left == 0)
        {
            var buffer = Buffer;
            _buffer = null;
            _pool.Return(buffer);
        }
    }
}
