using System.Runtime.InteropServices;

namespace MirrorBackup.Codecs.Encryption.Streaming.Cng;

/// <summary>
/// <c>BCRYPT_AUTHENTICATED_CIPHER_MODE_INFO</c> of bcrypt.h: what a call of an authenticating cipher is told, and, where calls are chained, the
/// part of the state that goes from call to call.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct CngModeInfo
{
    /// <summary><c>BCRYPT_AUTHENTICATED_CIPHER_MODE_INFO_VERSION</c>.</summary>
    public const uint CurrentVersion = 1;

    /// <summary><c>BCRYPT_AUTH_MODE_CHAIN_CALLS_FLAG</c>: more calls of the same message come.</summary>
    public const uint ChainCalls = 1;

    /// <summary><c>BCRYPT_AUTH_MODE_IN_PROGRESS_FLAG</c>: calls of the same message have been; set by the function.</summary>
    public const uint InProgress = 2;

    public uint Size;
    public uint Version;
    public byte* Nonce;
    public uint NonceLength;
    public byte* AuthData;
    public uint AuthDataLength;
    public byte* Tag;
    public uint TagLength;
    public byte* MacContext;
    public uint MacContextLength;
    public uint TotalAuthDataLength;
    public ulong TotalDataLength;
    public uint Flags;
}
