using System.Runtime.InteropServices;

namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>
/// The part of OpenSSL's libcrypto (EVP) that streams authenticating ciphers. Looked for once, under the names of the versions 3 and 1.1,
/// which share it.
/// </summary>
internal static unsafe partial class LibCrypto
{
    public const int SetTag = 0x11;
    public const int GetTag = 0x10;

    private const string Library = "mirrorbackup-libcrypto";

    private static readonly bool IsFound = Load();

    /// <summary>Whether a library was found and the cipher is one that it may have.</summary>
    public static bool Knows(EncryptionAlgorithm algorithm) =>
        IsFound && algorithm is (EncryptionAlgorithm.Aes256Gcm or EncryptionAlgorithm.ChaCha20Poly1305);

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

    private static bool Load()
    {
        foreach (var (name, where) in Candidates())
        {
            if (NativeLibrary.TryLoad(name, typeof(LibCrypto).Assembly, where, out var library))
            {
                NativeLibrary.SetDllImportResolver(typeof(LibCrypto).Assembly, (asked, _, _) => asked == Library ? library : 0);
                return true;
            }
        }

        return false;
    }

    /// <summary>Names of the library, and where to look for them: where the system keeps libraries, and on Windows and macOS with the application.</summary>
    private static IEnumerable<(string Name, DllImportSearchPath Where)> Candidates()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsFreeBSD())
        {
            yield return ("libcrypto.so.3", DllImportSearchPath.SafeDirectories);
            yield return ("libcrypto.so.1.1", DllImportSearchPath.SafeDirectories);
        }
        else if (OperatingSystem.IsMacOS())
        {
            // Never without a version: the system ends a process that loads its own unversioned libcrypto.
            const DllImportSearchPath Where = DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories;
            yield return ("libcrypto.3.dylib", Where);
            yield return ("/opt/homebrew/opt/openssl@3/lib/libcrypto.3.dylib", Where);
            yield return ("/usr/local/opt/openssl@3/lib/libcrypto.3.dylib", Where);
            yield return ("/opt/local/lib/libcrypto.3.dylib", Where);
            yield return ("libcrypto.1.1.dylib", Where);
        }
        else if (OperatingSystem.IsWindows())
        {
            // Only what was installed with the application: never from the path or the working directory, where others may put files.
            const DllImportSearchPath Where = DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.ApplicationDirectory;
            if (RuntimeInformation.ProcessArchitecture is Architecture.X64 or Architecture.Arm64)
            {
                yield return (RuntimeInformation.ProcessArchitecture == Architecture.X64 ? "libcrypto-3-x64.dll" : "libcrypto-3-arm64.dll", Where);
            }
        }
    }
}
