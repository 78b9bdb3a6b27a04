using MirrorBackup.Backups;
using MirrorBackup.Codecs.Encryption;
using MirrorBackup.Mirroring;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Retention;

namespace MirrorBackup.Benchmarks;

/// <summary>How a remote of a benchmark stores disks.</summary>
public sealed class SampleForm
{
    private readonly string _name;

    private SampleForm(string name, StorageForm form, EncryptionAlgorithm? algorithm = null) => (_name, Form, Algorithm) = (name, form, algorithm);

    /// <summary>VHD files.</summary>
    public static SampleForm File { get; } = new("file", StorageForm.VhdFile);

    /// <summary>VHD directories, not compressed.</summary>
    public static SampleForm None { get; } = new("none", StorageForm.VhdDirectory(BlockCodec.None));

    /// <summary>VHD directories with gzip.</summary>
    public static SampleForm Gzip { get; } = new("gzip", StorageForm.VhdDirectory(BlockCodec.Gzip));

    /// <summary>VHD directories with brotli.</summary>
    public static SampleForm Brotli { get; } = new("brotli", StorageForm.VhdDirectory(BlockCodec.Brotli));

    /// <summary>Encrypted VHD directories with brotli.</summary>
    public static SampleForm ChaCha20 { get; } = new("chacha20", StorageForm.VhdDirectory(BlockCodec.Brotli), EncryptionAlgorithm.ChaCha20Poly1305);

    /// <summary>Encrypted VHD directories with brotli.</summary>
    public static SampleForm AesGcm { get; } = new("aes-gcm", StorageForm.VhdDirectory(BlockCodec.Brotli), EncryptionAlgorithm.Aes256Gcm);

    /// <summary>Kind and codec.</summary>
    public StorageForm Form { get; }

    /// <summary>The cipher; <see langword="null"/> without one.</summary>
    public EncryptionAlgorithm? Algorithm { get; }

    /// <inheritdoc/>
    public override string ToString() => _name;

    /// <summary>Opens a folder, which is made if it is missing.</summary>
    /// <param name="folder">Its path.</param>
    /// <returns>The remote, owned by the caller.</returns>
    public async Task<IRemote> OpenAsync(string folder)
    {
        var storage = LocalRemote.Open(Directory.CreateDirectory(folder).FullName);
        if (Algorithm is not { } algorithm)
        {
            return storage;
        }

        using var key = EncryptionKey.FromBytes(new byte[EncryptionKey.Length]);
        return await RepositoryEncryption.OpenAsync(storage, key, new EncryptionOptions { Algorithm = algorithm });
    }

    /// <summary>A destination that writes this form.</summary>
    /// <param name="remote">The remote, which stays the caller's.</param>
    public MirrorDestination DestinationOn(IRemote remote) => new(remote, RetentionPolicy.KeepLast(10)) { Form = Form };
}
