using System.Security.Cryptography;

namespace MirrorBackup.Transfer;

/// <summary>Hashes a stream while it is copied.</summary>
/// <param name="algorithm">Such as <see cref="HashAlgorithmName.MD5"/>, which Xen Orchestra's checksum files use.</param>
public sealed class HashTap(HashAlgorithmName algorithm) : IStreamTap, IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(algorithm);

    /// <summary>What it hashes with.</summary>
    public HashAlgorithmName Algorithm => algorithm;

    /// <inheritdoc/>
    public void Append(ReadOnlySpan<byte> bytes) => _hash.AppendData(bytes);

    /// <summary>The hash of what was seen so far.</summary>
    /// <returns>Lower-case hexadecimal digits.</returns>
    public string ToHex() => Convert.ToHexStringLower(_hash.GetCurrentHash());

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();
}
