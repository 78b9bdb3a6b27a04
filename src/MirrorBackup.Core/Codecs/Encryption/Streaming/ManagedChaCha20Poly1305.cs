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
internal sealed class ManagedChaCha20Poly1305 : StreamingCipher
{
    private const int BlockBytes = 64;

    private static readonly byte[] Zeros = new byte[KeyStream.PieceBytes];

    private readonly ChaCha20Poly1305 _chaCha = new();
    private readonly KeyStream _keyStream;
    private readonly Poly1305 _poly = new();
    private readonly bool _encrypts;
    private long _length;

    public ManagedChaCha20Poly1305(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, bool encrypts)
    {
        _encrypts = encrypts;
        var parameters = new ParametersWithIV(new KeyParameter(key), nonce);
        _chaCha.Init(true, parameters);
        _keyStream = new KeyStream(MakeKeyStream, BlockBytes);

        // Block 0 of the key stream is the key of the authenticator; the message begins with block 1.
        var start = new ChaCha7539Engine();
        start.Init(true, parameters);
        Span<byte> first = stackalloc byte[BlockBytes];
        start.ProcessBytes(Zeros.AsSpan(0, BlockBytes), first);
        _poly.Init(new KeyParameter(first[..32]));
        CryptographicOperations.ZeroMemory(first);
    }

    public override void Transform(ReadOnlySpan<byte> input, Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, input.Length);
        if (!_encrypts)
        {
            _poly.BlockUpdate(input);
        }

        _keyStream.Apply(input, output);
        if (_encrypts)
        {
            _poly.BlockUpdate(output[..input.Length]);
        }

        _length += input.Length;
    }

    public override void Finish(Span<byte> tag)
    {
        Span<byte> end = stackalloc byte[32];
        _poly.BlockUpdate(end[..PolyEnd.Write(_length, end)]);
        _poly.DoFinal(tag);
    }

    public override bool Verify(ReadOnlySpan<byte> tag)
    {
        Span<byte> computed = stackalloc byte[EncryptionScheme.TagBytes];
        Finish(computed);
        return CryptographicOperations.FixedTimeEquals(computed, tag);
    }

    /// <summary>BouncyCastle has no way to wipe its engines; what they hold goes with the garbage collector.</summary>
    public override void Dispose() => _keyStream.Dispose();

    private void MakeKeyStream(Span<byte> next)
    {
        if (_chaCha.ProcessBytes(Zeros.AsSpan(0, next.Length), next) != next.Length)
        {
            throw new CryptographicException("ChaCha20 gave another number of bytes than it was asked for.");
        }
    }
}
