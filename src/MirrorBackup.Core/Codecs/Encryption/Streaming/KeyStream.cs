using System.Numerics;
using System.Security.Cryptography;

namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>The stream of bytes that a cipher combines a message with, made piece by piece.</summary>
/// <param name="make">Makes the bytes that come next; is asked for whole blocks only.</param>
/// <param name="blockBytes">Bytes of a block of the cipher; a divisor of <see cref="PieceBytes"/>.</param>
internal sealed class KeyStream(KeyStream.Make make, int blockBytes) : IDisposable
{
    /// <summary>The most bytes that are made at once.</summary>
    public const int PieceBytes = 32 << 10;

    private readonly byte[] _piece = new byte[PieceBytes];
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
                _made = Math.Min(PieceBytes, (input.Length - done + blockBytes - 1) / blockBytes * blockBytes);
                _used = 0;
                make(_piece.AsSpan(0, _made));
            }

            var count = Math.Min(input.Length - done, _made - _used);
            Xor(input.Slice(done, count), _piece.AsSpan(_used, count), output.Slice(done, count));
            _used += count;
            done += count;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => CryptographicOperations.ZeroMemory(_piece);

    private static void Xor(ReadOnlySpan<byte> input, ReadOnlySpan<byte> keyStream, Span<byte> output)
    {
        var at = 0;
        for (; at <= input.Length - Vector<byte>.Count; at += Vector<byte>.Count)
        {
            (new Vector<byte>(input[at..]) ^ new Vector<byte>(keyStream[at..])).CopyTo(output[at..]);
        }

        for (; at < input.Length; at++)
        {
            output[at] = (byte)(input[at] ^ keyStream[at]);
        }
    }
}
