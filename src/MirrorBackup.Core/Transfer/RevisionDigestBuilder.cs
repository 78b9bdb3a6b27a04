using System.Buffers.Binary;
using System.IO.Hashing;

namespace MirrorBackup.Transfer;

/// <summary>Builds a <see cref="RevisionDigest"/> from blocks that come in ascending order.</summary>
internal sealed class RevisionDigestBuilder
{
    private readonly XxHash128 _hash = new();
    private int _count;

    public void Append(int blockIndex, UInt128 blockHash)
    {
        Span<byte> record = stackalloc byte[20];
        BinaryPrimitives.WriteInt32BigEndian(record, blockIndex);
        BinaryPrimitives.WriteUInt128BigEndian(record[4..], blockHash);
        _hash.Append(record);
        _count++;
    }

    public RevisionDigest ToDigest() => new(_hash.GetCurrentHashAsUInt128(), _count);
}
