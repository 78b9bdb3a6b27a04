using MirrorBackup.Codecs.Encryption;

namespace MirrorBackup.Repositories;

/// <summary>How an empty remote becomes an encrypted one.</summary>
public sealed record EncryptionOptions
{
    /// <summary>What it is encrypted with; an algorithm that authenticates. A remote that is encrypted already keeps its own.</summary>
    /// <value>The default is <see cref="EncryptionAlgorithm.ChaCha20Poly1305"/>, as in Xen Orchestra.</value>
    public EncryptionAlgorithm Algorithm { get; init; } = EncryptionAlgorithm.ChaCha20Poly1305;
}
