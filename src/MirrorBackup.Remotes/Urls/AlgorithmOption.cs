using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Repositories;

namespace MirrorBackup.Remotes.Urls;

/// <summary>What a URL wants a remote to be encrypted with that is still to be set up.</summary>
internal static class AlgorithmOption
{
    private const string Name = "encryptionAlgorithm";

    /// <summary>The options that the URL asks for; <see langword="null"/> if it leaves the choice.</summary>
    public static EncryptionOptions? Read(RemoteLocation location) => location.GetText(Name) switch
    {
        null => null,
        "chacha20-poly1305" => new EncryptionOptions { Algorithm = EncryptionAlgorithm.ChaCha20Poly1305, RequiresAlgorithm = true },
        "aes-256-gcm" => new EncryptionOptions { Algorithm = EncryptionAlgorithm.Aes256Gcm, RequiresAlgorithm = true },

        // Not shown: it may be a key in the wrong place.
        _ => throw RemoteUrlParser.Invalid(location, $"the option {Name} must be chacha20-poly1305 or aes-256-gcm"),
    };
}
