namespace MirrorBackup.Vhd.Merging;

/// <summary>What a merge made.</summary>
internal sealed record VhdMergeResult
{
    /// <summary>The file name of the survivor, which is that of the newest revision; <see langword="null"/> if only a leftover state file was removed.</summary>
    public required string? Survivor { get; init; }

    /// <summary>Bytes of blocks that were copied, 2 MiB each, as Xen Orchestra counts them.</summary>
    public long MergedBytes { get; init; }

    /// <summary>The size of the survivor as a VHD file without gaps, in bytes: what Xen Orchestra writes into the metadata.</summary>
    public long FinalSize { get; init; }

    /// <summary>Whether the survivor is a delta still.</summary>
    public bool IsDifferencing { get; init; }
}
