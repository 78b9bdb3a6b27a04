using MirrorBackup.Codecs.Encryption.Streaming.Cng;

namespace MirrorBackup.Codecs.Encryption.Streaming;

/// <summary>The sources of streaming ciphers, and which one serves. Thread-safe.</summary>
internal static class CipherSources
{
    /// <summary>The text in <see cref="AppContext"/> that names the native sources that may serve, separated by commas; all where it is not set.</summary>
    private const string AllowedSetting = "MirrorBackup.StreamingCiphers";

    /// <summary>What needs nothing but .NET; the last resort, so that it is not asked whether it works.</summary>
    public static CipherSource Managed { get; } = new("managed", static _ => true, BeginManaged);

    /// <summary>Native libraries, the fastest first.</summary>
    public static IReadOnlyList<CipherSource> Native { get; } =
    [
        new("libcrypto", LibCrypto.Knows, static (algorithm, key, nonce, encrypts) => new LibCryptoCipher(algorithm, key, nonce, encrypts)),
        new("cng", CngFunctions.Knows, static (_, key, nonce, encrypts) => CngAesGcm.Begin(key, nonce, encrypts)),
        new("libsodium", LibSodium.Knows, static (_, key, nonce, encrypts) => new LibSodiumChaCha20Poly1305(key, nonce, encrypts)),
    ];

    /// <summary>The fastest source that works here and may serve.</summary>
    public static CipherSource For(EncryptionAlgorithm algorithm) => Choose(algorithm, Native, Managed, AppContext.GetData(AllowedSetting) as string);

    /// <summary>The first source that may serve and works.</summary>
    /// <param name="algorithm">An authenticating one.</param>
    /// <param name="sources">The sources, the best first.</param>
    /// <param name="lastResort">Serves where none of them does.</param>
    /// <param name="allowed">The names of those that may serve, separated by commas; all where it is null.</param>
    public static CipherSource Choose(EncryptionAlgorithm algorithm, IReadOnlyList<CipherSource> sources, CipherSource lastResort, string? allowed)
    {
        foreach (var source in sources)
        {
            if (IsAllowed(source.Name, allowed) && source.Works(algorithm))
            {
                return source;
            }
        }

        return lastResort;
    }

    private static bool IsAllowed(string name, string? allowed) =>
        allowed is null || Array.Exists(allowed.Split(',', StringSplitOptions.TrimEntries), listed => listed.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static StreamingCipher BeginManaged(EncryptionAlgorithm algorithm, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, bool encrypts) =>
        algorithm switch
        {
            EncryptionAlgorithm.ChaCha20Poly1305 => new ManagedChaCha20Poly1305(key, nonce, encrypts),
            EncryptionAlgorithm.Aes256Gcm => new ManagedAesGcm(key, nonce, encrypts),
            _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "The cipher does not authenticate."),
        };
}
