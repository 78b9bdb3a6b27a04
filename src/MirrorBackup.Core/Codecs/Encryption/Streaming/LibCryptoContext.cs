using System.Runtime.InteropServices;

namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>An EVP cipher context of libcrypto, which holds key and state; wiped and freed with the handle.</summary>
internal sealed class LibCryptoContext : SafeHandle
{
    /// <summary>Creates an empty handle, for the marshaller.</summary>
    public LibCryptoContext()
        : base(0, ownsHandle: true)
    {
    }

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        LibCrypto.EVP_CIPHER_CTX_free(handle);
        return true;
    }
}
