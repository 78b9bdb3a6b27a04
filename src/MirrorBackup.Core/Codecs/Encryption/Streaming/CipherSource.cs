namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>
/// Where streaming ciphers come from: a native library or managed code. Thread-safe; whether it works is found out once per process and algorithm.
/// </summary>
/// <param name="name">What <c>MirrorBackup.StreamingCiphers</c> calls it.</param>
/// <param name="knows">Whether it is here and has the algorithm at all; raises nothing.</param>
/// <param name="begin">Begins a message.</param>
internal sealed class CipherSource(string name, Func<EncryptionAlgorithm, bool> knows, CipherSource.BeginMessage begin)
{
    private readonly Lazy<bool>[] _works =
    [
        .. Enum.GetValues<EncryptionAlgorithm>().Select(algorithm => new Lazy<bool>(() => knows(algorithm) && CipherSelfTest.Passes(begin, algorithm))),
    ];

    /// <summary>Begins a message with the bytes of a key, which are valid during the call only.</summary>
    public delegate StreamingCipher BeginMessage(EncryptionAlgorithm algorithm, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, bool encrypts);

    public string Name => name;

    public BeginMessage Begin => begin;

    /// <summary>Whether it is here, has the algorithm, and gave in this process what the framework's one-shot cipher gives.</summary>
    public bool Works(EncryptionAlgorithm algorithm) => _works[(int)algorithm].Value;
}
