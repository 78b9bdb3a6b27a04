using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>One revision to be written to a destination. Paths are relative to the folder of the VM, on the source and on the destination.</summary>
public sealed record DiskTransfer
{
    /// <summary>The disk; <see cref="DiskRevision.ArchiveDisk"/> in full mode.</summary>
    public required string Disk { get; init; }

    /// <summary>The revisions of the source, oldest first. One is sent as it is; of several, every block in its youngest version.</summary>
    public required ImmutableArray<string> SourcePaths { get; init; }

    /// <summary>The id that the revision gets: that of the youngest of <see cref="SourcePaths"/>.</summary>
    public required string RevisionId { get; init; }

    /// <summary>Where it is written. Something that nobody needs may already lie there, and is overwritten.</summary>
    public required string TargetPath { get; init; }

    /// <summary>The revision of the destination that it stands on, in the folder of <see cref="TargetPath"/>; <see langword="null"/> for a key.</summary>
    public string? ParentPath { get; init; }

    /// <summary>The id of <see cref="ParentPath"/>.</summary>
    public string? ParentId { get; init; }

    /// <summary>The form that is written.</summary>
    public required StorageForm Form { get; init; }

    /// <summary>The size of the disk, or the length of the archive, in bytes.</summary>
    public required long VirtualSize { get; init; }

    /// <summary>What happens to the bytes, by what both sides are; blocks that are not whole can take more (the report says).</summary>
    public required TransferWay Way { get; init; }

    /// <summary>How many bytes of data are sent, before any compression: exact for one source revision, an upper bound for several.</summary>
    public required long ByteCount { get; init; }

    /// <summary>Whether the transfer writes a key.</summary>
    public bool IsKey => ParentPath is null;

    /// <summary>Whether several revisions of the source become one.</summary>
    public bool IsCollapsed => SourcePaths.Length > 1;
}
