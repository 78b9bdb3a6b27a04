using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>
/// AES-256-GCM of NIST SP 800-38D from the framework's AES, which encrypts the counter blocks, and the framework's one-shot AES-GCM, which hashes
/// the ciphertext (<see cref="GcmHash"/>), without associated data.
/// </summary>
internal sealed class ManagedAesGcm : StreamingCipher
{
    private const int BlockBytes = 16;

    private readonly Aes _aes = Aes.Create();
    private readonly GcmHash _hash;
    private readonly bool _encrypts;
    private readonly KeyStream _keyStream;
    private readonly byte[] _counters = new byte[KeyStream.PieceBytes];
    private uint _counter = 2;

    public ManagedAesGcm(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, bool encrypts)
    {
        _encrypts = encrypts;
        _aes.SetKey(key);
        for (var block = 0; block < _counters.Length; block += BlockBytes)
        {
            nonce.CopyTo(_counters.AsSpan(block));
        }

        _keyStream = new KeyStream(MakeKeyStream, BlockBytes);
        _hash = new GcmHash(_aes, key, nonce);
    }

    public override void Transform(ReadOnlySpan<byte> input, Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, input.Length);
        output = output[..input.Length];
        if (!_encrypts)
        {
            _hash.Append(input);
        }

        _keyStream.Apply(input, output);
        if (_encrypts)
        {
            _hash.Append(output);
        }
    }

    public override void Finish(Span<byte> tag) => _hash.WriteTag(tag);

    public override bool Verify(ReadOnlySpan<byte> tag)
    {
        Span<byte> computed = stackalloc byte[EncryptionScheme.TagBytes];
        Finish(computed);
        return CryptographicOperations.FixedTimeEquals(computed, tag);
    }

    public override void Dispose()
    {
        _aes.Dispose();
        _hash.Dispose();
        _keyStream.Dispose();
    }

    private void MakeKeyStream(Span<byte> next)
    {
        for (var block = 0; block < next.Length; block += BlockBytes)
        {
            BinaryPrimitives.WriteUInt32BigEndian(_counters.AsSpan(block + EncryptionScheme.NonceBytes), _counter++);
        }

        _aes.EncryptEcb(_counters.AsSpan(0, next.Length), next, PaddingMode.None);
    }
}
