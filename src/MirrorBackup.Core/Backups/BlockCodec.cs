namespace MirrorBackup.Backups;

/// <summary>How the blocks of a VHD directory are compressed (<c>chunk-filters.json</c>).</summary>
public enum BlockCodec
{
    /// <summary>Not compressed: no <c>chunk-filters.json</c>.</summary>
    None,

    /// <summary>gzip.</summary>
    Gzip,

    /// <summary>Brotli, what Xen Orchestra writes.</summary>
    Brotli,
}
