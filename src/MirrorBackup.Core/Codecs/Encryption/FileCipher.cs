using System.Security.Cryptography;
using System.Text;
using MirrorBackup.Codecs.Encryption.Streaming;

namespace MirrorBackup.Codecs.Encryption;

/// <summary>
/// Encrypts and decrypts files, whole or piece by piece, with one algorithm and key. Thread-safe; owns its key.
/// </summary>
/// <param name="scheme">How the files lie.</param>
/// <param name="key">The key; owned from now on.</param>
/// <param name="fillNonce">Where nonces come from; the system's random numbers unless a test wants the same bytes twice.</param>
internal sealed class FileCipher(EncryptionScheme scheme, EncryptionKey key, FileCipher.FillNonce? fillNonce = null) : IDisposable
{
    private readonly FillNonce _fillNonce = fillNonce ?? RandomNumberGenerator.Fill;

    /// <summary>Fills a nonce with bytes that never come twice.</summary>
    public delegate void FillNonce(Span<byte> nonce);

    public EncryptionScheme Scheme => scheme;

    /// <summary>A text that is equal for equal algorithm and key and reveals neither.</summary>
    public string ComputeFingerprint() => key.Make(bytes =>
        Convert.ToHexStringLower(HMACSHA256.HashData(bytes, Encoding.ASCII.GetBytes($"MirrorBackup {scheme.Name}")).AsSpan(0, 16)));

    /// <summary>Encrypts a file that is in memory.</summary>
    /// <param name="clear">Its content.</param>
    /// <param name="stored">Receives nonce, ciphertext and tag; exactly as long as these.</param>
    public void Seal(ReadOnlySpan<byte> clear, Span<byte> stored)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(stored.Length, clear.Length + scheme.Overhead);
        var nonce = stored[..EncryptionScheme.NonceBytes];
        var body = stored.Slice(EncryptionScheme.NonceBytes, clear.Length);
        var tag = stored[^EncryptionScheme.TagBytes..];
        _fillNonce(nonce);
        if (scheme.Algorithm == EncryptionAlgorithm.Aes256Gcm && AesGcm.IsSupported)
        {
            using var cipher = key.Make(static bytes => new AesGcm(bytes, EncryptionScheme.TagBytes));
            cipher.Encrypt(nonce, clear, body, tag);
        }
        else if (scheme.Algorithm == EncryptionAlgorithm.ChaCha20Poly1305 && ChaCha20Poly1305.IsSupported)
        {
            using var cipher = key.Make(static bytes => new ChaCha20Poly1305(bytes));
            cipher.Encrypt(nonce, clear, body, tag);
        }
        else
        {
            using var cipher = StreamingCipher.Create(scheme.Algorithm, key, nonce, encrypts: true);
            cipher.Transform(clear, body);
            cipher.Finish(tag);
        }
    }

    /// <summary>Decrypts a file that is in memory.</summary>
    /// <param name="stored">Nonce, ciphertext and tag.</param>
    /// <param name="clear">Receives the content; exactly as long.</param>
    /// <returns>Whether the file is authentic; if not, <paramref name="clear"/> holds nothing.</returns>
    public bool TryOpen(ReadOnlySpan<byte> stored, Span<byte> clear)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(stored.Length, clear.Length + scheme.Overhead);
        try
        {
            if (Open(stored[..EncryptionScheme.NonceBytes], stored[EncryptionScheme.NonceBytes..^EncryptionScheme.TagBytes], stored[^EncryptionScheme.TagBytes..], clear))
            {
                return true;
            }
        }
        catch (AuthenticationTagMismatchException)
        {
            // Said by the answer.
        }

        CryptographicOperations.ZeroMemory(clear);
        return false;
    }

    /// <summary>Begins a file that is encrypted piece by piece.</summary>
    /// <param name="nonce">Receives the nonce, which goes before the first byte.</param>
    public StreamingCipher Encrypt(Span<byte> nonce)
    {
        _fillNonce(nonce);
        return StreamingCipher.Create(scheme.Algorithm, key, nonce, encrypts: true);
    }

    /// <summary>Begins a file that is decrypted piece by piece.</summary>
    public StreamingCipher Decrypt(ReadOnlySpan<byte> nonce) => StreamingCipher.Create(scheme.Algorithm, key, nonce, encrypts: false);

    /// <summary>The block cipher of <see cref="EncryptionAlgorithm.Aes256Cbc"/>.</summary>
    public Aes CreateAes() => key.Make(static bytes =>
    {
        var aes = Aes.Create();
        aes.SetKey(bytes);
        return aes;
    });

    /// <inheritdoc/>
    public void Dispose() => key.Dispose();

    private bool Open(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> body, ReadOnlySpan<byte> tag, Span<byte> clear)
    {
        if (scheme.Algorithm == EncryptionAlgorithm.Aes256Gcm && AesGcm.IsSupported)
        {
            using var cipher = key.Make(static bytes => new AesGcm(bytes, EncryptionScheme.TagBytes));
            cipher.Decrypt(nonce, body, tag, clear);
            return true;
        }

        if (scheme.Algorithm == EncryptionAlgorithm.ChaCha20Poly1305 && ChaCha20Poly1305.IsSupported)
        {
            using var cipher = key.Make(static bytes => new ChaCha20Poly1305(bytes));
            cipher.Decrypt(nonce, body, tag, clear);
            return true;
        }

        using var streaming = StreamingCipher.Create(scheme.Algorithm, key, nonce, encrypts: false);
        streaming.Transform(body, clear);
        return streaming.Verify(tag);
    }
}
