using MirrorBackup.Backups;
using MirrorBackup.Golden;

namespace MirrorBackup.Crash.Tests.Stored;

/// <summary>One way in which a destination stores its backups.</summary>
/// <param name="Name">What its folder and the remote are called.</param>
/// <param name="Form">The form of incremental backups.</param>
/// <param name="UrlOptions">What the command line is told for it.</param>
internal sealed record StoredKind(string Name, StorageForm Form, string UrlOptions)
{
    private const string Key = "encryptionKey=" + GoldenData.EncryptionKey;

    public static StoredKind Files { get; } = new("files", StorageForm.VhdFile, "");

    public static StoredKind Directories { get; } =
        new("directories", StorageForm.VhdDirectory(BlockCodec.Gzip), "useVhdDirectory=true&vhdDirectoryCompression=gzip");

    public static StoredKind Encrypted { get; } = new("encrypted", StorageForm.VhdDirectory(BlockCodec.Brotli), "useVhdDirectory=true&" + Key);

    public static StoredKind EncryptedArchives { get; } = new("encrypted-archives", StorageForm.VhdFile, Key);

    /// <summary>The URL of a folder that stores in this way.</summary>
    public string UrlOf(string folder) => $"file://{folder}?name={Name}&{UrlOptions}".TrimEnd('&');

    public override string ToString() => Name;
}
