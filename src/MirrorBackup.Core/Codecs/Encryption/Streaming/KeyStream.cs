using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>The stream of bytes that a cipher combines a message with, made piece by piece, and ahead where the message is long.</summary>
/// <param name="make">Makes the bytes that come next; is asked for whole blocks only, up to <see cref="PieceBytes"/>, by one thread at a time.</param>
/// <param name="blockBytes">Bytes of a block of the cipher; a divisor of <see cref="PieceBytes"/>.</param>
internal sealed class KeyStream(KeyStream.Make make, int blockBytes) : IDisposable
{
    /// <summary>The most bytes that are made at once.</summary>
    public const int PieceBytes = KeyStreamAhead.PieceBytes;

    /// <summary>Bytes of a message from which on more is made ahead: what is made in vain at its end is little then.</summary>
    public const int AheadFrom = 1 << 20;

    private byte[] _piece = new byte[PieceBytes];
    private KeyStreamAhead? _ahead;
    private long _total;
    private int _used;
    private int _made;

    /// <summary>Fills a buffer with the bytes that come next.</summary>
    public delegate void Make(Span<byte> next);

    /// <summary>Combines bytes with the stream.</summary>
    /// <param name="input">Any number of bytes.</param>
    /// <param name="output">As many; the same memory, or memory that does not overlap.</param>
    public void Apply(ReadOnlySpan<byte> input, Span<byte> output)
    {
        for (var done = 0; done < input.Length;)
        {
            if (_used == _made)
            {
                Go(input.Length - done);
            }

            var count = Math.Min(input.Length - done, _made - _used);
            Xor(input.Slice(done, count), _piece.AsSpan(_used, count), output.Slice(done, count));
            _used += count;
            done += count;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ahead?.Dispose();
        CryptographicOperations.ZeroMemory(_piece);
    }

    private void Go(int wanted)
    {
        if (_ahead is null && _total >= AheadFrom && Environment.ProcessorCount > 1)
        {
            CryptographicOperations.ZeroMemory(_piece);
            _ahead = new KeyStreamAhead(make);
        }

        if (_ahead is not null)
        {
            _piece = _ahead.Next();
            _made = PieceBytes;
        }
        else
        {
            _made = Math.Min(PieceBytes, (wanted + blockBytes - 1) / blockBytes * blockBytes);
            make(_piece.AsSpan(0, _made));
        }

        _total += _made;
        _used = 0;
    }

    private static void Xor(ReadOnlySpan<byte> input, ReadOnlySpan<byte> keyStream, Span<byte> output)
    {
        keyStream = keyStream[..input.Length];
        output = output[..input.Length];
        var at = MemoryMarshal.Cast<byte, Vector<byte>>(input).Length * Vector<byte>.Count;
        Xor(MemoryMarshal.Cast<byte, Vector<byte>>(input), MemoryMarshal.Cast<byte, Vector<byte>>(keyStream), MemoryMarshal.Cast<byte, Vector<byte>>(output));
        for (; at < input.Length; at++)
        {
            output[at] = (byte)(input[at] ^ keyStream[at]);
        }
    }

    // Hot from the first message on, and called too rarely for the runtime to see that soon.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Xor(ReadOnlySpan<Vector<byte>> input, ReadOnlySpan<Vector<byte>> keyStream, Span<Vector<byte>> output)
    {
        keyStream = keyStream[..input.Length];
        output = output[..input.Length];
        for (var at = 0; at < input.Length; at++)
        {
            output[at] = input[at] ^ keyStream[at];
        }
    }
}
