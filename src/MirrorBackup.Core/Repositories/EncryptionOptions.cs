using MirrorBackup.Codecs.Encryption;

namespace MirrorBackup.Repositories;

/// <summary>How an empty remote becomes an encrypted one.</summary>
public sealed record EncryptionOptions
{
    /// <summary>What it is encrypted with; an algorithm that authenticates. A remote that is encrypted already keeps its own.</summary>
    /// <value>The default is <see cref="EncryptionAlgorithm.ChaCha20Poly1305"/>, as in Xen Orchestra.</value>
    public EncryptionAlgorithm Algorithm { get; init; } = EncryptionAlgorithm.ChaCha20Poly1305;

    /// <summary>Whether a remote that is encrypted with another algorithm, and not empty, is refused instead of keeping its own.</summary>
    /// <value>Default: false.</value>
    public bool RequiresAlgorithm { get; init; }
}
