using System.Collections.Immutable;

namespace MirrorBackup.Vhd.Merging;

/// <summary>
/// What the state file of a merge says: written before the first change and removed after the last, so that a merge that was interrupted is
/// recognised and finished. Read in Xen Orchestra's present and former form (<c>formats/vhd.md</c> §5.3, §5.8), written in the present one.
/// </summary>
internal sealed partial record MergeState
{
    /// <summary>A state that says nothing, as a crash leaves it: which files it means has to be found out from their links.</summary>
    public static MergeState Empty { get; } = new();

    /// <summary>The names of the files, all in the folder of the state file: the ancestor, then its children up to the newest. Empty if not said.</summary>
    public ImmutableArray<string> Chain { get; init; } = [];

    /// <summary>The unique id that the ancestor had before the merge.</summary>
    public Guid? AncestorId { get; init; }

    /// <summary>The unique id of the newest child, which the ancestor gets.</summary>
    public Guid? NewestId { get; init; }

    /// <summary>
    /// The checksum of the ancestor's footer before the merge, which covers its time of creation: only the disk that the state was written for has it.
    /// Ours alone; without it nothing of the progress is believed. In a merge of directories it also says that, before the first block moved, no child
    /// lacked one.
    /// </summary>
    public uint? AncestorFooterChecksum { get; init; }

    /// <summary>The checksum of the ancestor's header in the former form.</summary>
    public uint? AncestorHeaderChecksum { get; init; }

    /// <summary>The checksum of the newest child's header in the former form.</summary>
    public uint? NewestHeaderChecksum { get; init; }

    /// <summary>Blocks below this index are in the ancestor.</summary>
    public int CurrentBlock { get; init; }

    /// <summary>
    /// The sector at which blocks are appended that the ancestor did not have; fixed once its table has room for all of them, so that a resumed
    /// merge finds those that it had written. Ours alone.
    /// </summary>
    public uint? AppendSector { get; init; }

    /// <summary>
    /// The VHD directories of the children, as aliases name them: they go once no alias leads to them any more, and then nothing else tells which they
    /// were. Ours alone; empty for files.
    /// </summary>
    public ImmutableArray<string> ChildData { get; init; } = [];

    /// <summary>Bytes of blocks that were copied, 2 MiB each.</summary>
    public long MergedBytes { get; init; }

    /// <summary>How far the merge is.</summary>
    public MergeStep Step { get; init; }

    /// <summary>The size of the result as a VHD file, in bytes; 0 while blocks are copied.</summary>
    public long DiskSize { get; init; }

    /// <summary>Why the file could not be read, if this is <see cref="Empty"/> in its place; otherwise <see langword="null"/>.</summary>
    public string? Defect { get; init; }
}
