using System.Security.Cryptography;

namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>A message through libcrypto.</summary>
internal sealed unsafe class LibCryptoCipher : StreamingCipher
{
    private readonly LibCryptoContext _context;

    public LibCryptoCipher(EncryptionAlgorithm algorithm, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, bool encrypts)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, EncryptionKey.Length);
        ArgumentOutOfRangeException.ThrowIfNotEqual(nonce.Length, EncryptionScheme.NonceBytes);
        _context = LibCrypto.EVP_CIPHER_CTX_new();
        try
        {
            Check(!_context.IsInvalid, "make a context");
            fixed (byte* keyBytes = key)
            fixed (byte* nonceBytes = nonce)
            {
                // Both ciphers expect 12 bytes of nonce unless told otherwise.
                Check(LibCrypto.EVP_CipherInit_ex(_context, LibCrypto.CipherOf(algorithm), 0, keyBytes, nonceBytes, encrypts ? 1 : 0) == 1, "begin");
            }
        }
        catch
        {
            _context.Dispose();
            throw;
        }
    }

    public override void Transform(ReadOnlySpan<byte> input, Span<byte> output)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(output.Length, input.Length);
        if (input.IsEmpty)
        {
            return;
        }

        fixed (byte* from = input)
        fixed (byte* to = output)
        {
            var done = LibCrypto.EVP_CipherUpdate(_context, to, out var length, from, input.Length);
            Check(done == 1 && length == input.Length, "go on");
        }
    }

    public override void Finish(Span<byte> tag)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(tag.Length, EncryptionScheme.TagBytes);
        var rest = stackalloc byte[EncryptionScheme.TagBytes];
        Check(LibCrypto.EVP_CipherFinal_ex(_context, rest, out var length) == 1 && length == 0, "end");
        fixed (byte* bytes = tag)
        {
            Check(LibCrypto.EVP_CIPHER_CTX_ctrl(_context, LibCrypto.GetTag, tag.Length, bytes) == 1, "give the tag");
        }
    }

    public override bool Verify(ReadOnlySpan<byte> tag)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(tag.Length, EncryptionScheme.TagBytes);
        fixed (byte* bytes = tag)
        {
            Check(LibCrypto.EVP_CIPHER_CTX_ctrl(_context, LibCrypto.SetTag, tag.Length, bytes) == 1, "take the tag");
        }

        var rest = stackalloc byte[EncryptionScheme.TagBytes];
        return LibCrypto.EVP_CipherFinal_ex(_context, rest, out _) == 1;
    }

    public override void Dispose() => _context.Dispose();

    private static void Check(bool succeeded, string verb)
    {
        if (!succeeded)
        {
            throw new CryptographicException($"libcrypto could not {verb}.");
        }
    }
}
