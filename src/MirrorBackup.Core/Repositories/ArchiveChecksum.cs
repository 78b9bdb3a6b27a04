using System.Security.Cryptography;
using System.Text;

namespace MirrorBackup.Repositories;

/// <summary>
/// The content of a <c>.checksum</c> file: <c>$&lt;id&gt;$$&lt;hex&gt;</c>, with 1 for MD5, 5 for SHA-256 and 6 for SHA-512, over the stored
/// bytes (<c>formats/repository.md</c> §2.5).
/// </summary>
public sealed record ArchiveChecksum
{
    /// <summary>The longest checksum file that is read, in bytes.</summary>
    internal const int MaximumLength = 1024;

    private ArchiveChecksum(HashAlgorithmName algorithm, string hex)
    {
        Algorithm = algorithm;
        Hex = hex;
    }

    /// <summary>MD5, SHA-256 or SHA-512.</summary>
    public HashAlgorithmName Algorithm { get; }

    /// <summary>The hash in lower-case hexadecimal digits.</summary>
    public string Hex { get; }

    /// <summary>Reads the content of a checksum file; white space around it is ignored.</summary>
    /// <param name="text">The content.</param>
    /// <param name="path">The file, for messages.</param>
    /// <returns>The checksum.</returns>
    /// <exception cref="CorruptBackupException">It is not a checksum, or has a salt, or an algorithm that is not known.</exception>
    public static ArchiveChecksum Parse(string text, string path)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Trim().Split('$');
        var algorithm = parts is ["", var id, "", _] ? Identify(id) : null;
        if (algorithm is not { } found || !IsHex(parts[3], HexLength(found)))
        {
            throw new CorruptBackupException(
                $"{path} holds {text.Length} characters that are not a checksum; $<1, 5 or 6>$$<hexadecimal digits> was expected.") { Path = path };
        }

        return new ArchiveChecksum(found, parts[3].ToLowerInvariant());
    }

    /// <summary>The checksum of a hash that has been computed.</summary>
    /// <param name="algorithm">MD5, SHA-256 or SHA-512.</param>
    /// <param name="hash">The hash.</param>
    /// <returns>The checksum.</returns>
    /// <exception cref="ArgumentException">Another algorithm, or a hash of another length.</exception>
    public static ArchiveChecksum Create(HashAlgorithmName algorithm, ReadOnlySpan<byte> hash)
    {
        if (HexLength(algorithm) != hash.Length * 2)
        {
            throw new ArgumentException($"A hash of {hash.Length} bytes is not one of {algorithm.Name}.", nameof(hash));
        }

        return new ArchiveChecksum(algorithm, Convert.ToHexStringLower(hash));
    }

    /// <summary>The content of a checksum file, without a line end, as Xen Orchestra writes it.</summary>
    /// <returns>The text.</returns>
    public override string ToString() => $"${Number(Algorithm)}$${Hex}";

    internal byte[] ToUtf8() => Encoding.ASCII.GetBytes(ToString());

    private static HashAlgorithmName? Identify(string id) => id switch
    {
        "1" => HashAlgorithmName.MD5,
        "5" => HashAlgorithmName.SHA256,
        "6" => HashAlgorithmName.SHA512,
        _ => null,
    };

    private static char Number(HashAlgorithmName algorithm) =>
        algorithm == HashAlgorithmName.MD5 ? '1' : algorithm == HashAlgorithmName.SHA256 ? '5' : '6';

    private static int HexLength(HashAlgorithmName algorithm) =>
        algorithm == HashAlgorithmName.MD5 ? 32
        : algorithm == HashAlgorithmName.SHA256 ? 64
        : algorithm == HashAlgorithmName.SHA512 ? 128
        : throw new ArgumentException($"Checksums by {algorithm.Name} are not known; MD5, SHA-256 and SHA-512 are.", nameof(algorithm));

    private static bool IsHex(string text, int length) => text.Length == length && text.All(char.IsAsciiHexDigit);
}
