using MirrorBackup.Backups;
using MirrorBackup.Codecs;
using MirrorBackup.Disks;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Transfer;

/// <summary>
/// One block on its way to several readers. Whoever holds a reference releases it exactly once; the last release returns the buffer.
/// Filled by its first holder only; read-only from the moment that it is shared.
/// </summary>
internal sealed class BlockLease
{
    private readonly BlockPool _pool;
    private List<(BlockCodec Codec, Task<ReadOnlyMemory<byte>> Stored, BlockBuffers.Lease Buffer)>? _encodings;
    private BlockBuffers.Lease? _buffer;
    private StoredBlock? _stored;
    private bool _isDecoded = true;
    private int _references = 1;

    internal BlockLease(BlockPool pool, BlockBuffers.Lease buffer)
    {
        _pool = pool;
        _buffer = buffer;
        Length = pool.BlockBytes;
    }

    /// <summary>The 0-based block of a disk, or the ordinal of a piece of a stream.</summary>
    public int Index { get; set; }

    /// <summary>Bytes of <see cref="Data"/> that count: all of them for a block of a disk.</summary>
    public int Length { get; set; }

    /// <summary>The sector bitmap; all ones from the moment that a block of a disk is shared.</summary>
    public Memory<byte> Bitmap => Buffer[.._pool.BitmapBytes];

    /// <summary>The data, <see cref="Length"/> bytes.</summary>
    public Memory<byte> Data => Buffer.Slice(_pool.BitmapBytes, Length);

    /// <summary>Whether <see cref="Whole"/> holds the block; otherwise there is only <see cref="Stored"/>.</summary>
    public bool IsDecoded => _isDecoded;

    /// <summary>The bytes as the source stores them, where they were kept.</summary>
    public StoredBlock? Stored => _stored;

    /// <summary>Where the bytes are that nobody has read yet; <see langword="null"/> if they were read at once. Set by the first holder only.</summary>
    public UnreadBlock? Unread { get; set; }

    /// <summary>Bitmap and data as one.</summary>
    public Memory<byte> Whole => Buffer[..(_pool.BitmapBytes + Length)];

    private Memory<byte> Buffer => _buffer?.Memory ?? throw new ObjectDisposedException(nameof(BlockLease));

    /// <summary>Adds a reference for another holder. Only somebody who holds one may add one.</summary>
    public void Retain()
    {
        ObjectDisposedException.ThrowIf(Interlocked.Increment(ref _references) <= 1, this);
    }

    /// <summary>Takes over the bytes as the source stores them, and gives their buffer back at the last release. Only by the first holder.</summary>
    /// <param name="stored">The bytes.</param>
    /// <param name="isDecoded">Whether <see cref="Whole"/> holds the block, too; otherwise its buffer goes back at once.</param>
    public void Adopt(StoredBlock stored, bool isDecoded)
    {
        _stored = stored;
        if (!isDecoded)
        {
            ForgetDecoded();
        }
    }

    /// <summary>Gives the buffer of <see cref="Whole"/> back: only <see cref="Stored"/> is left. Only by the first holder.</summary>
    public void ForgetDecoded()
    {
        _isDecoded = false;
        GiveBufferBack();
    }

    /// <summary>
    /// <see cref="Whole"/> in the way that a VHD directory stores it; what was adopted in that codec is just handed on. Done once per codec, by the first who asks; the others wait for it.
    /// </summary>
    /// <param name="codec">The codec.</param>
    /// <returns>The bytes; valid as long as the caller holds its reference.</returns>
    public ValueTask<ReadOnlyMemory<byte>> EncodeAsync(BlockCodec codec)
    {
        if (_stored is { IsEncrypted: false } stored && stored.Codec == codec)
        {
            return new(stored.Bytes);
        }

        if (!_isDecoded)
        {
            throw new InvalidOperationException($"Block {Index} was not decoded, and is wanted as {codec}.");
        }

        if (codec == BlockCodec.None)
        {
            return new(Whole);
        }

        var result = new TaskCompletionSource<ReadOnlyMemory<byte>>(TaskCreationOptions.RunContinuationsAsynchronously);
        BlockBuffers.Lease room;
        lock (_pool.Encoding)
        {
            _encodings ??= new(capacity: 1);
            foreach (var encoding in _encodings)
            {
                if (encoding.Codec == codec)
                {
                    return new(encoding.Stored);
                }
            }

            room = StoredBlockBuffers.Rent(codec);
            _encodings.Add((codec, result.Task, room));
        }

        try
        {
            var length = BlockCompression.Compress(codec, Whole.Span, room.Memory.Span);
            result.SetResult(room.Memory[..length]);
        }
        catch (Exception error)
        {
            result.SetException(error);
        }

        return new(result.Task);
    }

    /// <summary>Gives a reference back.</summary>
    public void Release()
    {
        var left = Interlocked.Decrement(ref _references);
        ObjectDisposedException.ThrowIf(left < 0, this);
        if (left == 0)
        {
            GiveBufferBack();
            _encodings?.ForEach(static encoding => encoding.Buffer.Dispose());
            _stored?.Room.Dispose();
            _pool.Return();
        }
    }

    private void GiveBufferBack()
    {
        _buffer?.Dispose();
        _buffer = null;
    }
}
