using System.Runtime.InteropServices;

namespace MirrorBackup.Codecs.Encryption.Streaming.Cng;

/// <summary>The part of Windows' bcrypt.dll (CNG) that streams AES-GCM. Its ChaCha20-Poly1305 takes whole messages only.</summary>
internal static unsafe partial class CngFunctions
{
    private const string Library = "bcrypt.dll";

    /// <summary>Whether CNG is here and streams the cipher, as far as the documentation goes.</summary>
    public static bool Knows(EncryptionAlgorithm algorithm) => OperatingSystem.IsWindows() && algorithm == EncryptionAlgorithm.Aes256Gcm;

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial int BCryptOpenAlgorithmProvider(out nint algorithm, string name, string? implementation, uint flags);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial int BCryptCloseAlgorithmProvider(nint algorithm, uint flags);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf16)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial int BCryptSetProperty(CngHandle target, string property, string value, uint valueBytes, uint flags);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial int BCryptGenerateSymmetricKey(
        CngHandle algorithm, out nint key, byte* memory, uint memoryLength, byte* secret, uint secretLength, uint flags);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial int BCryptDestroyKey(nint key);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial int BCryptEncrypt(
        CngHandle key, byte* input, uint inputLength, CngModeInfo* info, byte* iv, uint ivLength, byte* output, uint outputLength, out uint written, uint flags);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    public static partial int BCryptDecrypt(
        CngHandle key, byte* input, uint inputLength, CngModeInfo* info, byte* iv, uint ivLength, byte* output, uint outputLength, out uint written, uint flags);
}
