namespace MirrorBackup.Vhd.Format;

/// <summary>Fields of a footer to replace; <see langword="null"/> leaves a field, and every byte that has no field, as it is.</summary>
internal sealed record VhdFooterChanges
{
    /// <summary>Seconds since 2000.</summary>
    public uint? Timestamp { get; init; }

    /// <summary>Bytes when the disk was created.</summary>
    public long? OriginalSize { get; init; }

    /// <summary>Bytes that the guest sees.</summary>
    public long? CurrentSize { get; init; }

    /// <summary>The geometry.</summary>
    public VhdGeometry? Geometry { get; init; }

    /// <summary>The kind of disk.</summary>
    public VhdDiskType? DiskType { get; init; }

    /// <summary>The unique id of the revision.</summary>
    public Guid? UniqueId { get; init; }
}
