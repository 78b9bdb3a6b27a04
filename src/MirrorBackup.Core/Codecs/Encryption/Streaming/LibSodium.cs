using System.Runtime.InteropServices;

namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>
/// The part of libsodium that ChaCha20-Poly1305 is made of: the cipher from any block on, and the authenticator piece by piece. It comes with the
/// application, by the package <c>libsodium</c>; nothing needs it.
/// </summary>
internal static unsafe partial class LibSodium
{
    private const string Library = "libsodium";

    // Where packages put native files is searched before these; never the path or the working directory, where others may put files.
    private const DllImportSearchPath Where = DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories;

    private static readonly bool IsFound = Load();

    /// <summary>Whether the library was found and the cipher is the one that is made of it.</summary>
    public static bool Knows(EncryptionAlgorithm algorithm) => IsFound && algorithm == EncryptionAlgorithm.ChaCha20Poly1305;

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(Where)]
    [UnmanagedCallConv(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    public static partial int crypto_stream_chacha20_ietf_xor_ic(byte* output, byte* input, ulong length, byte* nonce, uint firstBlock, byte* key);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(Where)]
    [UnmanagedCallConv(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    public static partial nuint crypto_onetimeauth_poly1305_statebytes();

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(Where)]
    [UnmanagedCallConv(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    public static partial int crypto_onetimeauth_poly1305_init(byte* state, byte* key);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(Where)]
    [UnmanagedCallConv(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    public static partial int crypto_onetimeauth_poly1305_update(byte* state, byte* input, ulong length);

    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(Where)]
    [UnmanagedCallConv(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    public static partial int crypto_onetimeauth_poly1305_final(byte* state, byte* tag);

    /// <summary>Chooses the code for this processor; to be called before anything else, at least once.</summary>
    [LibraryImport(Library)]
    [DefaultDllImportSearchPaths(Where)]
    [UnmanagedCallConv(CallConvs = [typeof(System.Runtime.CompilerServices.CallConvCdecl)])]
    private static partial int sodium_init();

    private static bool Load()
    {
        try
        {
            return NativeLibrary.TryLoad(Library, typeof(LibSodium).Assembly, Where, out _) && sodium_init() >= 0;
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException or BadImageFormatException)
        {
            return false;
        }
    }
}
