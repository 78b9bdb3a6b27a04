namespace MirrorBackup.Golden;

/// <summary>How a remote stores its disks.</summary>
/// <param name="IsDirectory">As VHD directories; otherwise as VHD files.</param>
/// <param name="Codec">How the blocks of a directory are compressed: <c>none</c>, <c>gzip</c> or <c>brotli</c>.</param>
/// <param name="IsEncrypted">Whether the remote is encrypted, with <see cref="GoldenData.EncryptionKey"/>.</param>
public sealed record GoldenForm(bool IsDirectory, string Codec, bool IsEncrypted)
{
    /// <summary>VHD files, clear.</summary>
    public static GoldenForm File { get; } = new(false, "none", false);
}
