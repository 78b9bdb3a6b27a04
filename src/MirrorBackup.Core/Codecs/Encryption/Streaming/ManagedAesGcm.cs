using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>
/// AES-256-GCM of NIST SP 800-38D from the framework's AES, which encrypts the counter blocks, and the framework's one-shot AES-GCM, which hashes
/// the ciphertext (<see cref="GcmHash"/>), without associated data.
/// </summary>
internal sealed class ManagedAesGcm : StreamingCipher
{
    private const int BlockBytes = 16;
    private const int PieceBytes = 32 << 10;

    private readonly Aes _aes = Aes.Create();
    private readonly GcmHash _hash;
    private readonly bool _encrypts;
    private readonly byte[] _counters = new byte[PieceBytes];
    private readonly byte[] _keyStream = new byte[PieceBytes];
    private uint _counter = 2;
    private int _used;
    private int _made;

    public ManagedAesGcm(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, bool encrypts)
    {
        _encrypts = encrypts;
        _aes.SetKey(key);
        for (var block = 0; block < PieceBytes; block += BlockBytes)
        {
            nonce.CopyTo(_counters.AsSpan(block));
        }

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

        for (var done = 0; done < input.Length;)
        {
            if (_used == _made)
            {
                MakeKeyStream(input.Length - done);
            }

            var count = Math.Min(input.Length - done, _made - _used);
            Xor(input.Slice(done, count), _keyStream.AsSpan(_used, count), output.Slice(done, count));
            _used += count;
            done += count;
        }

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
        CryptographicOperations.ZeroMemory(_keyStream);
    }

    private void MakeKeyStream(int wanted)
    {
        _made = Math.Min(PieceBytes, (wanted + BlockBytes - 1) / BlockBytes * BlockBytes);
        _used = 0;
        for (var block = 0; block < _made; block += BlockBytes)
        {
            BinaryPrimitives.WriteUInt32BigEndian(_counters.AsSpan(block + EncryptionScheme.NonceBytes), _counter++);
        }

        _aes.EncryptEcb(_counters.AsSpan(0, _made), _keyStream, PaddingMode.None);
    }

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
