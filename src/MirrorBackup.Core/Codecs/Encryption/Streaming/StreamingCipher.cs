namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>
/// One message of an authenticating cipher, piece by piece: as many bytes come out as go in, at once. The framework's own ciphers take whole
/// messages only, and an archive does not fit into memory. One caller at a time; disposing wipes what it knows of the key.
/// </summary>
internal abstract class StreamingCipher : IDisposable
{
    /// <summary>The switch of <see cref="AppContext"/> that forbids libcrypto.</summary>
    private const string ManagedSwitch = "MirrorBackup.UseManagedCiphers";

    /// <summary>Begins a message.</summary>
    /// <param name="algorithm">An authenticating one.</param>
    /// <param name="key">The key.</param>
    /// <param name="nonce">12 bytes; never twice with one key for encrypting.</param>
    /// <param name="encrypts">Whether clear bytes go in.</param>
    /// <returns>The fastest implementation that works here.</returns>
    public static StreamingCipher Create(EncryptionAlgorithm algorithm, EncryptionKey key, ReadOnlySpan<byte> nonce, bool encrypts)
    {
        var held = nonce.ToArray();
        var mayUseLibCrypto = !(AppContext.TryGetSwitch(ManagedSwitch, out var managedOnly) && managedOnly);
        return mayUseLibCrypto && LibCrypto.Supports(algorithm)
            ? key.Make<StreamingCipher>(bytes => new LibCryptoCipher(algorithm, bytes, held, encrypts))
            : CreateManaged(algorithm, key, held, encrypts);
    }

    /// <summary>Begins a message with the implementation that needs nothing but .NET.</summary>
    public static StreamingCipher CreateManaged(EncryptionAlgorithm algorithm, EncryptionKey key, byte[] nonce, bool encrypts) => algorithm switch
    {
        EncryptionAlgorithm.ChaCha20Poly1305 => key.Make<StreamingCipher>(bytes => new ManagedChaCha20Poly1305(bytes, nonce, encrypts)),
        EncryptionAlgorithm.Aes256Gcm => key.Make<StreamingCipher>(bytes => new ManagedAesGcm(bytes, nonce, encrypts)),
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "The cipher does not authenticate."),
    };

    /// <summary>Encrypts or decrypts the next bytes.</summary>
    /// <param name="input">Any number of bytes.</param>
    /// <param name="output">At least as many; the same memory, or memory that does not overlap. What was decrypted is not authentic before <see cref="Verify"/>.</param>
    public abstract void Transform(ReadOnlySpan<byte> input, Span<byte> output);

    /// <summary>Ends a message that was encrypted.</summary>
    /// <param name="tag">Receives 16 bytes.</param>
    public abstract void Finish(Span<byte> tag);

    /// <summary>Ends a message that was decrypted.</summary>
    /// <param name="tag">The 16 bytes that came with it.</param>
    /// <returns>Whether the message is authentic.</returns>
    public abstract bool Verify(ReadOnlySpan<byte> tag);

    /// <inheritdoc/>
    public abstract void Dispose();
}
