using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;

namespace MirrorBackup.Fuzzing.Targets;

/// <summary>Puts files into a remote in memory.</summary>
internal static class RemoteFiles
{
    /// <summary>A remote that holds files, in the order of their paths but caches, which are newer than what they are of.</summary>
    public static async Task<MemoryRemote> CreateAsync(IEnumerable<KeyValuePair<string, byte[]>> files, CancellationToken cancellationToken)
    {
        var remote = new MemoryRemote();
        foreach (var (path, content) in files.OrderBy(static file => file.Key.EndsWith(".gz", StringComparison.Ordinal)))
        {
            await remote.WriteAllAsync(RemotePath.Parse(path), content, default, cancellationToken);
        }

        return remote;
    }

    /// <summary>The bytes that are stored of a clear content under the key of the golden data.</summary>
    public static byte[] Seal(EncryptionAlgorithm algorithm, byte[] clear)
    {
        using var cipher = new FileCipher(EncryptionScheme.Of(algorithm), EncryptionKey.FromText(GoldenData.EncryptionKey), static nonce => nonce.Fill(9));
        var stored = new byte[clear.Length + EncryptionScheme.NonceBytes + EncryptionScheme.TagBytes];
        cipher.Seal(clear, stored);
        return stored;
    }

    /// <summary>Undoes <see cref="Seal"/> of a file that is authentic.</summary>
    public static byte[] Open(EncryptionAlgorithm algorithm, byte[] stored)
    {
        using var cipher = new FileCipher(EncryptionScheme.Of(algorithm), EncryptionKey.FromText(GoldenData.EncryptionKey));
        var clear = new byte[stored.Length - EncryptionScheme.NonceBytes - EncryptionScheme.TagBytes];
        return cipher.TryOpen(stored, clear) ? clear : throw new InvalidDataException("The golden data are not authentic.");
    }
}
