using MirrorBackup.Backups;
using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Golden;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Tests.Forms;

/// <summary>One row or column of the matrix: how a remote stores its disks, and the golden sets that Xen Orchestra wrote so.</summary>
internal sealed record StoredForm(string Name, StorageForm Form, EncryptionAlgorithm? Encryption, string Incremental, string? Full)
{
    public static IReadOnlyList<StoredForm> All { get; } =
    [
        new("file", StorageForm.VhdFile, null, "a-src-delta-vhd", "b-src-full-xva"),
        new("directory", StorageForm.VhdDirectory(BlockCodec.None), null, "c3-vhddir-uncompressed", null),
        new("directory gzip", StorageForm.VhdDirectory(BlockCodec.Gzip), null, "c2-vhddir-gzip", null),
        new("directory brotli", StorageForm.VhdDirectory(BlockCodec.Brotli), null, "c1-mirror-vhddir-brotli", null),
        new("chacha20", StorageForm.VhdDirectory(BlockCodec.Brotli), EncryptionAlgorithm.ChaCha20Poly1305, "d1-enc-chacha20-delta", "d2-enc-chacha20-full"),
        new("aes-gcm", StorageForm.VhdDirectory(BlockCodec.Brotli), EncryptionAlgorithm.Aes256Gcm, "d3-enc-aes256gcm-delta", "d4-enc-aes256gcm-full"),
    ];

    public static StoredForm Of(string name) => All.Single(form => form.Name == name);

    /// <summary>Opens a folder in this form.</summary>
    /// <param name="folder">The root; made where it is not there.</param>
    /// <param name="name">What the remote is called.</param>
    /// <param name="key">The key, if the form has one.</param>
    public async Task<IRemote> OpenAsync(string folder, string name, string key = GoldenData.EncryptionKey)
    {
        var local = LocalRemote.Open(folder, new LocalRemoteOptions { Name = name, CreateRoot = true });
        if (Encryption is not { } algorithm)
        {
            return local;
        }

        using var secret = EncryptionKey.FromText(key);
        return await RepositoryEncryption.OpenAsync(local, secret, new EncryptionOptions { Algorithm = algorithm }, TestContext.Current.CancellationToken);
    }
}
