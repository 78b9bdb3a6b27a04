using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>
/// AES-256-GCM of NIST SP 800-38D from the framework's AES, which encrypts the counter blocks, and the framework's one-shot AES-GCM, which hashes
/// the ciphertext (<see cref="GcmHash"/>), without associated data.
/// </summary>
internal sealed class ManagedAesGcm : ComposedCipher
{
    private const int BlockBytes = 16;

    private readonly Aes _aes = Aes.Create();
    private readonly GcmHash _hash;
    private readonly byte[] _counters = new byte[KeyStream.PieceBytes];
    private uint _counter = 2;

    public ManagedAesGcm(ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, bool encrypts)
        : base(BlockBytes, EncryptionScheme.Of(EncryptionAlgorithm.Aes256Gcm).MaximumClearLength, encrypts)
    {
        _aes.SetKey(key);
        for (var block = 0; block < _counters.Length; block += BlockBytes)
        {
            nonce.CopyTo(_counters.AsSpan(block));
        }

        _hash = new GcmHash(_aes, key, nonce);
    }

    public override void Finish(Span<byte> tag) => _hash.WriteTag(tag);

    protected override void Authenticate(ReadOnlySpan<byte> text) => _hash.Append(text);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    protected override void MakeKeyStream(Span<byte> next)
    {
        var counters = _counters.AsSpan(0, next.Length);
        var words = MemoryMarshal.Cast<byte, uint>(counters);
        var counter = _counter;
        for (var last = (BlockBytes / sizeof(uint)) - 1; last < words.Length; last += BlockBytes / sizeof(uint))
        {
            words[last] = BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(counter) : counter;
            counter++;
        }

        _counter = counter;
        _aes.EncryptEcb(counters, next, PaddingMode.None);
    }

    protected override void DisposeParts()
    {
        _aes.Dispose();
        _hash.Dispose();
    }
}
