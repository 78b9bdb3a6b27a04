namespace MirrorBackup.Repositories;

/// <summary>How the bytes of an archive are packed.</summary>
public enum ArchiveFormat
{
    /// <summary>Neither compressed form: by rule a tar archive.</summary>
    Tar,

    /// <summary>gzip (<c>1F 8B</c>).</summary>
    Gzip,

    /// <summary>Zstandard (<c>28 B5 2F FD</c>).</summary>
    Zstandard,
}
