using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;

namespace MirrorBackup.Transfer;

/// <summary>A hash of some bytes as a value. Two are equal only if their algorithms are.</summary>
/// <param name="Algorithm">What made it.</param>
/// <param name="First">Its first 16 bytes, big-endian.</param>
/// <param name="Second">The next 16; zero if it has no more.</param>
internal readonly record struct ContentHash(DigestAlgorithm Algorithm, UInt128 First, UInt128 Second)
{
    /// <summary>Bytes of the longest hash.</summary>
    public const int MaximumLength = 32;

    private const int HalfLength = MaximumLength / 2;

    /// <summary>Hashes bytes in one go, without allocating.</summary>
    public static ContentHash Of(DigestAlgorithm algorithm, ReadOnlySpan<byte> content)
    {
        if (algorithm == DigestAlgorithm.XxHash128)
        {
            return new ContentHash(algorithm, XxHash128.HashToUInt128(content), UInt128.Zero);
        }

        Span<byte> hash = stackalloc byte[LengthOf(algorithm)];
        _ = SHA256.HashData(content, hash);
        return Read(algorithm, hash);
    }

    /// <summary>Takes a hash of the length that its algorithm gives.</summary>
    public static ContentHash Read(DigestAlgorithm algorithm, ReadOnlySpan<byte> hash) => new(
        algorithm,
        BinaryPrimitives.ReadUInt128BigEndian(hash),
        hash.Length == MaximumLength ? BinaryPrimitives.ReadUInt128BigEndian(hash[HalfLength..]) : UInt128.Zero);

    /// <summary>Bytes that an algorithm gives.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such algorithm.</exception>
    public static int LengthOf(DigestAlgorithm algorithm) => algorithm switch
    {
        DigestAlgorithm.XxHash128 => HalfLength,
        DigestAlgorithm.Sha256 => MaximumLength,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "There is no such algorithm."),
    };

    /// <summary>Writes the hash; <see cref="MaximumLength"/> bytes are room enough.</summary>
    /// <returns>How many bytes it has.</returns>
    public int Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt128BigEndian(destination, First);
        var length = LengthOf(Algorithm);
        if (length == MaximumLength)
        {
            BinaryPrimitives.WriteUInt128BigEndian(destination[HalfLength..], Second);
        }

        return length;
    }
}
