using System.Reflection;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>
/// The part of OpenSSL's libcrypto (EVP) that streams authenticating ciphers. Looked for once, under the names of the versions 3 and 1.1,
/// which share it; where it is not, the managed ciphers serve.
/// </summary>
internal static unsafe partial class LibCrypto
{
    public const int SetTag = 0x11;
    public const int GetTag = 0x10;

    private const string Library = "mirrorbackup-libcrypto";

    // On macOS never without a version: the system ends a process that loads its own unversioned libcrypto.
    private static readonly string[] Candidates = OperatingSystem.IsMacOS()
        ?
        [
            "libcrypto.3.dylib",
            "/opt/homebrew/opt/openssl@3/lib/libcrypto.3.dylib",
            "/usr/local/opt/openssl@3/lib/libcrypto.3.dylib",
            "libcrypto.1.1.dylib",
        ]
        : OperatingSystem.IsLinux() || OperatingSystem.IsFreeBSD() ? ["libcrypto.so.3", "libcrypto.so.1.1"]
        : [];

    private static readonly bool[] Supported = Probe();

    /// <summary>Whether a library was found that knows the cipher.</summary>
    public static bool Supports(EncryptionAlgorithm algorithm) => Supported[(int)algorithm];

    public static nint CipherOf(EncryptionAlgorithm algorithm) =>
        algorithm == EncryptionAlgorithm.Aes256Gcm ? EVP_aes_256_gcm() : EVP_chacha20_poly1305();

    [LibraryImport(Library)]
    public static partial LibCryptoContext EVP_CIPHER_CTX_new();

    /// <summary>Wipes and frees.</summary>
    [LibraryImport(Library)]
    public static partial void EVP_CIPHER_CTX_free(nint context);

    [LibraryImport(Library)]
    public static partial int EVP_CipherInit_ex(LibCryptoContext context, nint cipher, nint engine, byte* key, byte* iv, int encrypts);

    [LibraryImport(Library)]
    public static partial int EVP_CipherUpdate(LibCryptoContext context, byte* output, out int outputLength, byte* input, int inputLength);

    [LibraryImport(Library)]
    public static partial int EVP_CipherFinal_ex(LibCryptoContext context, byte* output, out int outputLength);

    [LibraryImport(Library)]
    public static partial int EVP_CIPHER_CTX_ctrl(LibCryptoContext context, int type, int argument, byte* pointer);

    [LibraryImport(Library)]
    private static partial nint EVP_aes_256_gcm();

    [LibraryImport(Library)]
    private static partial nint EVP_chacha20_poly1305();

    private static bool[] Probe()
    {
        var supported = new bool[Enum.GetValues<EncryptionAlgorithm>().Length];
        var library = Load();
        if (library != 0)
        {
            NativeLibrary.SetDllImportResolver(typeof(LibCrypto).Assembly, (name, _, _) => name == Library ? library : 0);
            foreach (var algorithm in (EncryptionAlgorithm[])[EncryptionAlgorithm.ChaCha20Poly1305, EncryptionAlgorithm.Aes256Gcm])
            {
                supported[(int)algorithm] = Works(algorithm);
            }
        }

        return supported;
    }

    private static nint Load()
    {
        foreach (var candidate in Candidates)
        {
            if (NativeLibrary.TryLoad(candidate, Assembly.GetExecutingAssembly(), DllImportSearchPath.SafeDirectories, out var library))
            {
                return library;
            }
        }

        return 0;
    }

    // A build without the cipher, or a policy such as FIPS that forbids it, shows here and not in the middle of an archive.
    private static bool Works(EncryptionAlgorithm algorithm)
    {
        try
        {
            using var cipher = new LibCryptoCipher(algorithm, new byte[EncryptionKey.Length], new byte[EncryptionScheme.NonceBytes], encrypts: true);
            cipher.Finish(new byte[EncryptionScheme.TagBytes]);
            return true;
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException or CryptographicException)
        {
            return false;
        }
    }
}
