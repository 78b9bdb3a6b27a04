using MirrorBackup.Backups;

namespace MirrorBackup.Repositories;

/// <summary>The digest of what one disk holds at one restore point, or of one archive.</summary>
public sealed record PointDigest
{
    /// <summary>The VM.</summary>
    public required string Vm { get; init; }

    /// <summary>The instant of the original backup, in milliseconds since 1970-01-01T00:00:00Z.</summary>
    public required long Timestamp { get; init; }

    /// <summary>Full or incremental.</summary>
    public required BackupMode Mode { get; init; }

    /// <summary>The live disk; <see langword="null"/> for an archive.</summary>
    public string? Disk { get; init; }

    /// <summary>The <see cref="DiskRevision.Path"/>.</summary>
    public required string Path { get; init; }

    /// <summary>Bytes that the digest covers: the size that the guest sees, or the length of the archive; 0 if it could not be found out.</summary>
    public long VirtualSize { get; init; }

    /// <summary>The SHA-256 in lower-case hexadecimal digits; <see langword="null"/> if the content cannot be read.</summary>
    public string? Sha256 { get; init; }

    /// <summary>Why there is no digest; otherwise <see langword="null"/>.</summary>
    public string? Error { get; init; }
}
