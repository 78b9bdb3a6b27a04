using System.Security.Cryptography;
using Org.BouncyCastle.Crypto.Engines;
using Org.BouncyCastle.Crypto.Macs;
using Org.BouncyCastle.Crypto.Parameters;
using ChaCha20Poly1305 = Org.BouncyCastle.Crypto.Modes.ChaCha20Poly1305;

namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>
/// ChaCha20-Poly1305 of RFC 8439 §2.8 from the ciphers of BouncyCastle, without associated data. Its own composition holds back what it decrypts
/// until a block and a tag more have come; but as an encrypter of zeros it is its fastest ChaCha20.
/// </summary>
internal sealed class ManagedChaCha20Poly1305 : ComposedCipher
{
    private const int BlockBytes = 64;

    private static readonly byte[] Zeros = new byte[KeyStream.PieceBytes];

    private readonly ChaCha20Poly1305 _chaCha = new();
    private readonly Poly1305 _poly = new();
    private long _length;

    public ManagedChaCha20Poly1305(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, bool encrypts)
        : base(BlockBytes, EncryptionScheme.Of(EncryptionAlgorithm.ChaCha20Poly1305).MaximumClearLength, encrypts)
    {
        var parameters = new ParametersWithIV(new KeyParameter(key), nonce);
        _chaCha.Init(true, parameters);

        // Block 0 of the key stream is the key of the authenticator; the message begins with block 1.
        var start = new ChaCha7539Engine();
        start.Init(true, parameters);
        Span<byte> first = stackalloc byte[BlockBytes];
        start.ProcessBytes(Zeros.AsSpan(0, BlockBytes), first);
        _poly.Init(new KeyParameter(first[..32]));
        CryptographicOperations.ZeroMemory(first);
    }

    public override void Finish(Span<byte> tag)
    {
        Span<byte> end = stackalloc byte[32];
        _poly.BlockUpdate(end[..PolyEnd.Write(_length, end)]);
        _poly.DoFinal(tag);
    }

    protected override void Authenticate(ReadOnlySpan<byte> text)
    {
        _poly.BlockUpdate(text);
        _length += text.Length;
    }

    protected override void MakeKeyStream(Span<byte> next)
    {
        if (_chaCha.ProcessBytes(Zeros.AsSpan(0, next.Length), next) != next.Length)
        {
            throw new CryptographicException("ChaCha20 gave another number of bytes than it was asked for.");
        }
    }

    /// <summary>BouncyCastle has no way to wipe its engines; what they hold goes with the garbage collector.</summary>
    protected override void DisposeParts()
    {
    }
}
