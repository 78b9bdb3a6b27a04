using System.Buffers.Binary;
using System.Security.Cryptography;

namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>
/// The hash of GCM (GHASH) over a ciphertext that comes piece by piece. The framework hashes whole messages only; but its tag of an empty message
/// with a piece as associated data is the hash of that piece, and hashes of pieces combine by one multiplication each:
/// with y for the state, S for the hash of a piece of n blocks, and products in the field of NIST SP 800-38D §6.3, y' = y·Hⁿ ⊕ S.
/// </summary>
/// <remarks>
/// The framework's tag is (S ⊕ L)·H ⊕ E, where L says the length and E is the encrypted first counter block. To have no inverse to compute, the state
/// kept is z = y·H.
/// </remarks>
internal sealed class GcmHash : IDisposable
{
    private const int BlockBytes = 16;
    private const int MaximumPieceBytes = 1 << 20;

    private readonly AesGcm _gcm;
    private readonly byte[] _nonce;
    private readonly byte[] _pending = new byte[BlockBytes];
    private readonly GcmElement _h;
    private readonly GcmElement _encryptedCounter;
    private GcmElement _state;
    private long _length;
    private int _pendingCount;
    private int _lastBlocks;
    private GcmElement _lastPower;
    private GcmElement _lastLength;

    public GcmHash(Aes aes, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce)
    {
        _gcm = new AesGcm(key, EncryptionScheme.TagBytes);
        _nonce = nonce.ToArray();
        Span<byte> block = stackalloc byte[BlockBytes];
        block.Clear();
        aes.EncryptEcb(block, block, PaddingMode.None);
        _h = GcmElement.Read(block);
        nonce.CopyTo(block);
        BinaryPrimitives.WriteUInt32BigEndian(block[EncryptionScheme.NonceBytes..], 1);
        aes.EncryptEcb(block, block, PaddingMode.None);
        _encryptedCounter = GcmElement.Read(block);
        CryptographicOperations.ZeroMemory(block);
    }

    /// <summary>Takes the next bytes of the ciphertext.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        _length += bytes.Length;
        if (_pendingCount > 0)
        {
            var taken = Math.Min(BlockBytes - _pendingCount, bytes.Length);
            bytes[..taken].CopyTo(_pending.AsSpan(_pendingCount));
            _pendingCount += taken;
            bytes = bytes[taken..];
            if (_pendingCount < BlockBytes)
            {
                return;
            }

            AppendPiece(_pending);
            _pendingCount = 0;
        }

        while (bytes.Length >= BlockBytes)
        {
            var count = Math.Min(bytes.Length, MaximumPieceBytes) / BlockBytes * BlockBytes;
            AppendPiece(bytes[..count]);
            bytes = bytes[count..];
        }

        bytes.CopyTo(_pending);
        _pendingCount = bytes.Length;
    }

    /// <summary>Ends the hash: the tag of the message.</summary>
    public void WriteTag(Span<byte> tag)
    {
        if (_pendingCount > 0)
        {
            _pending.AsSpan(_pendingCount).Clear();
            AppendPiece(_pending);
            _pendingCount = 0;
        }

        var end = _state ^ (GcmElement.OfLengths(0, _length) * _h) ^ _encryptedCounter;
        end.Write(tag);
    }

    public void Dispose() => _gcm.Dispose();

    private void AppendPiece(ReadOnlySpan<byte> piece)
    {
        Span<byte> tag = stackalloc byte[EncryptionScheme.TagBytes];
        _gcm.Encrypt(_nonce, [], [], tag, piece);
        var blocks = piece.Length / BlockBytes;
        if (blocks != _lastBlocks)
        {
            _lastBlocks = blocks;
            _lastPower = _h.Power(blocks);
            _lastLength = GcmElement.OfLengths(piece.Length, 0) * _h;
        }

        _state = (_state * _lastPower) ^ GcmElement.Read(tag) ^ _encryptedCounter ^ _lastLength;
    }
}
