namespace MirrorBackup.Codecs.Encryption;

/// <summary>The ciphers that Xen Orchestra encrypts a remote with, each with a key of 32 bytes (<c>formats/repository.md</c> §3.1).</summary>
public enum EncryptionAlgorithm
{
    /// <summary><c>chacha20-poly1305</c>, what new remotes get.</summary>
    ChaCha20Poly1305,

    /// <summary><c>aes-256-gcm</c>, what remotes got before 2025. A file has at most about 64 GiB.</summary>
    Aes256Gcm,

    /// <summary><c>aes-256-cbc</c>, of 2022: without authentication, so that altered files are not recognised. Read only.</summary>
    Aes256Cbc,
}
