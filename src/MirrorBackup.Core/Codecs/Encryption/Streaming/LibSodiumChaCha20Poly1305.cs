using System.Security.Cryptography;

namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>ChaCha20-Poly1305 of RFC 8439 §2.8 from libsodium's ChaCha20 and Poly1305, without associated data.</summary>
internal sealed unsafe class LibSodiumChaCha20Poly1305 : StreamingCipher
{
    private const int BlockBytes = 64;

    /// <summary>Bytes that are encrypted and authenticated one after the other, so that they are still in the processor's nearest cache.</summary>
    private const int PieceBytes = 16 << 10;

    private static readonly long MaximumLength = EncryptionScheme.Of(EncryptionAlgorithm.ChaCha20Poly1305).MaximumClearLength;

    /// <summary>Does not move, for the library keeps what it knows in it: key, nonce, a block of the key stream, the state of the authenticator.</summary>
    private readonly byte[] _memory;

    private readonly byte* _key;
    private readonly byte* _nonce;
    private readonly byte* _block;
    private readonly byte* _poly;
    private readonly bool _encrypts;
    private long _length;
    private bool _disposed;

    public LibSodiumChaCha20Poly1305(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, bool encrypts)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, EncryptionKey.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, EncryptionScheme.NonceBytes);
        _encrypts = encrypts;
        _memory = GC.AllocateArray<byte>((5 * BlockBytes) + (int)LibSodium.crypto_onetimeauth_poly1305_statebytes(), pinned: true);
        fixed (byte* memory = _memory)
        {
            // Pinned for good; the statement only gives the address. The authenticator's state wants to begin at a multiple of 16 bytes.
            _key = (byte*)(((nuint)memory + BlockBytes - 1) / BlockBytes * BlockBytes);
            _nonce = _key + BlockBytes;
            _block = _nonce + BlockBytes;
            _poly = _block + BlockBytes;
        }

        key.CopyTo(new Span<byte>(_key, key.Length));
        nonce.CopyTo(new Span<byte>(_nonce, nonce.Length));

        // Block 0 of the key stream is the key of the authenticator; the message begins with block 1.
        MakeBlock(0);
        Check(LibSodium.crypto_onetimeauth_poly1305_init(_poly, _block));
    }

    public override void Transform(ReadOnlySpan<byte> input, Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, input.Length);
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (input.Length > MaximumLength - _length)
        {
            // The library would end the process.
            throw new CryptographicException($"ChaCha20-Poly1305 encrypts at most {MaximumLength} bytes with one nonce.");
        }

        fixed (byte* from = input)
        fixed (byte* to = output)
        {
            for (var done = 0; done < input.Length;)
            {
                done += TransformPiece(from + done, to + done, input.Length - done);
            }
        }

        GC.KeepAlive(_memory);
    }

    public override void Finish(Span<byte> tag)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(tag.Length, EncryptionScheme.TagBytes);
        ObjectDisposedException.ThrowIf(_disposed, this);
        Span<byte> end = stackalloc byte[32];
        var count = PolyEnd.Write(_length, end);
        fixed (byte* bytes = end)
        fixed (byte* to = tag)
        {
            Check(LibSodium.crypto_onetimeauth_poly1305_update(_poly, bytes, (ulong)count));
            Check(LibSodium.crypto_onetimeauth_poly1305_final(_poly, to));
        }

        GC.KeepAlive(_memory);
    }

    public override bool Verify(ReadOnlySpan<byte> tag)
    {
        Span<byte> computed = stackalloc byte[EncryptionScheme.TagBytes];
        Finish(computed);
        return CryptographicOperations.FixedTimeEquals(computed, tag);
    }

    public override void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_memory);
    }

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new CryptographicException($"libsodium failed with {result}.");
        }
    }

    /// <summary>Goes on by the rest of a block that was begun, by whole blocks, or by the beginning of the last block.</summary>
    /// <returns>By how many bytes.</returns>
    private int TransformPiece(byte* from, byte* to, int available)
    {
        var begun = (int)(_length % BlockBytes);
        var whole = begun == 0 ? Math.Min(available, PieceBytes) / BlockBytes * BlockBytes : 0;
        var count = whole > 0 ? whole : Math.Min(available, BlockBytes - begun);
        if (!_encrypts)
        {
            Check(LibSodium.crypto_onetimeauth_poly1305_update(_poly, from, (ulong)count));
        }

        var block = (uint)(_length / BlockBytes) + 1;
        if (whole > 0)
        {
            Check(LibSodium.crypto_stream_chacha20_ietf_xor_ic(to, from, (ulong)whole, _nonce, block, _key));
        }
        else
        {
            if (begun == 0)
            {
                MakeBlock(block);
            }

            for (var at = 0; at < count; at++)
            {
                to[at] = (byte)(from[at] ^ _block[begun + at]);
            }
        }

        if (_encrypts)
        {
            Check(LibSodium.crypto_onetimeauth_poly1305_update(_poly, to, (ulong)count));
        }

        _length += count;
        return count;
    }

    private void MakeBlock(uint number)
    {
        new Span<byte>(_block, BlockBytes).Clear();
        Check(LibSodium.crypto_stream_chacha20_ietf_xor_ic(_block, _block, BlockBytes, _nonce, number, _key));
    }
}
