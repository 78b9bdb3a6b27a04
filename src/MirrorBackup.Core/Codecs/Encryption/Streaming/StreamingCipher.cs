namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>
/// One message of an authenticating cipher, piece by piece: as many bytes come out as go in, at once. The framework's own ciphers take whole
/// messages only, and an archive does not fit into memory. One caller at a time; disposing wipes what it knows of the key.
/// </summary>
internal abstract class StreamingCipher : IDisposable
{
    /// <summary>Begins a message.</summary>
    /// <param name="algorithm">An authenticating one.</param>
    /// <param name="key">The key.</param>
    /// <param name="nonce">12 bytes; never twice with one key for encrypting.</param>
    /// <param name="encrypts">Whether clear bytes go in.</param>
    /// <returns>The fastest implementation that works here.</returns>
    public static StreamingCipher Create(EncryptionAlgorithm algorithm, EncryptionKey key, ReadOnlySpan<byte> nonce, bool encrypts) =>
        Create(CipherSources.For(algorithm), algorithm, key, nonce, encrypts);

    /// <summary>Begins a message with an implementation of a certain source.</summary>
    public static StreamingCipher Create(
        CipherSource source, EncryptionAlgorithm algorithm, EncryptionKey key, ReadOnlySpan<byte> nonce, bool encrypts)
    {
        var held = nonce.ToArray();
        return key.Make(bytes => source.Begin(algorithm, bytes, held, encrypts));
    }

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
