using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace MirrorBackup.Transfer;

/// <summary>Builds a <see cref="RevisionDigest"/> from blocks that come in ascending order.</summary>
internal sealed class RevisionDigestBuilder(DigestAlgorithm algorithm) : IDisposable
{
    private readonly XxHash128? _xxHash = algorithm == DigestAlgorithm.XxHash128 ? new() : null;
    private readonly IncrementalHash? _sha256 = algorithm == DigestAlgorithm.Sha256 ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
    private int _count;

    public void Append(int blockIndex, ContentHash blockHash)
    {
        Span<byte> record = stackalloc byte[sizeof(int) + ContentHash.MaximumLength];
        BinaryPrimitives.WriteInt32BigEndian(record, blockIndex);
        record = record[..(sizeof(int) + blockHash.Write(record[sizeof(int)..]))];
        _xxHash?.Append(record);
        _sha256?.AppendData(record);
        _count++;
    }

    public RevisionDigest ToDigest()
    {
        Span<byte> hash = stackalloc byte[ContentHash.LengthOf(algorithm)];
        _ = _xxHash?.GetCurrentHash(hash) ?? _sha256!.GetCurrentHash(hash);
        return new RevisionDigest(algorithm, hash, _count);
    }

    public void Dispose() => _sha256?.Dispose();
}
