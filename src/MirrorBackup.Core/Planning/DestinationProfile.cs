using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>What a destination writes and how much it takes.</summary>
public sealed record DestinationProfile
{
    /// <summary>The form in which incremental backups are written. Full backups are always archives.</summary>
    /// <value>The default is a VHD file.</value>
    public StorageForm Form { get; init; } = StorageForm.VhdFile;

    /// <summary>
    /// A text that is equal for equal encryption, such as <c>RemoteCapabilities.EncryptionFingerprint</c>; <see langword="null"/>, the default, where it does not encrypt.
    /// </summary>
    public string? EncryptionFingerprint { get; init; }

    /// <summary>The largest disk, in bytes that the guest sees, that the form can hold; <see langword="null"/> for no limit.</summary>
    public long? MaxVirtualSize { get; init; }

    /// <summary>
    /// The longest file, in bytes, that the remote and its cipher take; <see langword="null"/> for no limit. It concerns archives and
    /// VHD files, not VHD directories.
    /// </summary>
    public long? MaxFileLength { get; init; }

    /// <summary>The free space in bytes; <see langword="null"/> where it is not known. It takes no part in the fingerprint of a plan.</summary>
    public long? FreeBytes { get; init; }
}
