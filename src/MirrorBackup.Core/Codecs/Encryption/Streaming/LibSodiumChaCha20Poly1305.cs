using System.Security.Cryptography;

namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>ChaCha20-Poly1305 of RFC 8439 §2.8 from libsodium's ChaCha20 and Poly1305, without associated data.</summary>
internal sealed unsafe class LibSodiumChaCha20Poly1305 : ComposedCipher
{
    private const int BlockBytes = 64;

    private static readonly byte[] Zeros = new byte[KeyStream.PieceBytes];

    /// <summary>Does not move, for the library keeps what it knows in it: key, nonce, the state of the authenticator.</summary>
    private readonly byte[] _memory;

    private readonly byte* _key;
    private readonly byte* _nonce;
    private readonly byte* _poly;
    private uint _block;
    private long _length;

    public LibSodiumChaCha20Poly1305(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, bool encrypts)
        : base(BlockBytes, EncryptionScheme.Of(EncryptionAlgorithm.ChaCha20Poly1305).MaximumClearLength, encrypts)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, EncryptionKey.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, EncryptionScheme.NonceBytes);
        _memory = GC.AllocateArray<byte>((3 * BlockBytes) + (int)LibSodium.crypto_onetimeauth_poly1305_statebytes(), pinned: true);
        fixed (byte* memory = _memory)
        {
            // Pinned for good; the statement only gives the address. The authenticator's state wants to begin at a multiple of 16 bytes.
            _key = (byte*)(((nuint)memory + BlockBytes - 1) / BlockBytes * BlockBytes);
            _nonce = _key + EncryptionKey.Length;
            _poly = _key + BlockBytes;
        }

        key.CopyTo(new Span<byte>(_key, EncryptionKey.Length));
        nonce.CopyTo(new Span<byte>(_nonce, EncryptionScheme.NonceBytes));

        // Block 0 of the key stream is the key of the authenticator; the message begins with block 1.
        Span<byte> first = stackalloc byte[BlockBytes];
        MakeKeyStream(first);
        fixed (byte* polyKey = first)
        {
            Check(LibSodium.crypto_onetimeauth_poly1305_init(_poly, polyKey));
        }

        CryptographicOperations.ZeroMemory(first);
    }

    public override void Finish(Span<byte> tag)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(tag.Length, EncryptionScheme.TagBytes);
        Span<byte> end = stackalloc byte[32];
        Update(end[..PolyEnd.Write(_length, end)]);
        fixed (byte* to = tag)
        {
            Check(LibSodium.crypto_onetimeauth_poly1305_final(_poly, to));
        }

        GC.KeepAlive(_memory);
    }

    protected override void Authenticate(ReadOnlySpan<byte> text)
    {
        Update(text);
        _length += text.Length;
    }

    protected override void MakeKeyStream(Span<byte> next)
    {
        fixed (byte* zeros = Zeros)
        fixed (byte* to = next)
        {
            Check(LibSodium.crypto_stream_chacha20_ietf_xor_ic(to, zeros, (ulong)next.Length, _nonce, _block, _key));
        }

        _block += (uint)(next.Length / BlockBytes);
        GC.KeepAlive(_memory);
    }

    protected override void DisposeParts() => CryptographicOperations.ZeroMemory(_memory);

    private static void Check(int result)
    {
        if (result != 0)
        {
            throw new CryptographicException($"libsodium failed with {result}.");
        }
    }

    private void Update(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* from = bytes)
        {
            Check(LibSodium.crypto_onetimeauth_poly1305_update(_poly, from, (ulong)bytes.Length));
        }

        GC.KeepAlive(_memory);
    }
}
