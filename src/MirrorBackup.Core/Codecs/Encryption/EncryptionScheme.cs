using System.Diagnostics.CodeAnalysis;

namespace MirrorBackup.Codecs.Encryption;

/// <summary>
/// How a file lies encrypted on a remote: nonce, ciphertext as long as the clear bytes, tag (<c>formats/repository.md</c> §3.2); with
/// <c>aes-256-cbc</c> an initialisation vector and ciphertext padded to whole blocks.
/// </summary>
internal sealed class EncryptionScheme
{
    /// <summary>Bytes of the nonce of both authenticating ciphers.</summary>
    public const int NonceBytes = 12;

    /// <summary>Bytes of the tag of both authenticating ciphers.</summary>
    public const int TagBytes = 16;

    private static readonly EncryptionScheme[] All =
    [
        // RFC 8439 §2.8: the block counter has 32 bits and starts at 1, a block has 64 bytes.
        new(EncryptionAlgorithm.ChaCha20Poly1305, "chacha20-poly1305", NonceBytes, TagBytes, ((1L << 32) - 1) * 64),

        // NIST SP 800-38D §5.2.1.1: 2^39 - 256 bits.
        new(EncryptionAlgorithm.Aes256Gcm, "aes-256-gcm", NonceBytes, TagBytes, (1L << 36) - 32),
        new(EncryptionAlgorithm.Aes256Cbc, "aes-256-cbc", 16, 1, long.MaxValue - 32),
    ];

    private EncryptionScheme(EncryptionAlgorithm algorithm, string name, int prefixBytes, int suffixBytes, long maximumClearLength)
    {
        Algorithm = algorithm;
        Name = name;
        PrefixBytes = prefixBytes;
        SuffixBytes = suffixBytes;
        MaximumClearLength = maximumClearLength;
    }

    /// <summary>The cipher.</summary>
    public EncryptionAlgorithm Algorithm { get; }

    /// <summary>What <c>encryption.json</c> calls it.</summary>
    public string Name { get; }

    /// <summary>Bytes before the ciphertext.</summary>
    public int PrefixBytes { get; }

    /// <summary>Bytes after the ciphertext: the tag, or the fewest bytes of padding.</summary>
    public int SuffixBytes { get; }

    /// <summary>How many bytes more a stored file has at least.</summary>
    public int Overhead => PrefixBytes + SuffixBytes;

    /// <summary>The most bytes that may be encrypted with one nonce, which is one file.</summary>
    public long MaximumClearLength { get; }

    /// <summary>Whether altered files are recognised. Without it nothing is written.</summary>
    public bool IsAuthenticated => Algorithm != EncryptionAlgorithm.Aes256Cbc;

    public static EncryptionScheme Of(EncryptionAlgorithm algorithm) =>
        Array.Find(All, scheme => scheme.Algorithm == algorithm)
        ?? throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "The encryption algorithm is not known.");

    public static bool TryFind(string name, [NotNullWhen(true)] out EncryptionScheme? scheme)
    {
        scheme = Array.Find(All, known => known.Name == name);
        return scheme is not null;
    }

    /// <summary>The clear length of a stored file; of <c>aes-256-cbc</c>, whose padding only the key tells, the most it can be.</summary>
    public long ClearLength(long storedLength) => Math.Max(0, storedLength - Overhead);
}
