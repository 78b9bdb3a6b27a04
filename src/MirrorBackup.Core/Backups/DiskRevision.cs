namespace MirrorBackup.Backups;

/// <summary>
/// One stored state of one disk: a key that stands alone, or a delta on its parent. An XVA archive is a revision too:
/// a key of the pseudo disk <see cref="ArchiveDisk"/>.
/// </summary>
public sealed record DiskRevision
{
    /// <summary>The value of <see cref="Disk"/> for the archive of a full backup.</summary>
    public const string ArchiveDisk = "archive";

    /// <summary>The live disk whose state this is, the same for all its revisions (<c>$snapshot_of$uuid</c>).</summary>
    public required string Disk { get; init; }

    /// <summary>The identity of the content: the VHD unique id in lower-case text form. Copies of one revision share it, on every remote.</summary>
    public required string Id { get; init; }

    /// <summary>The <see cref="Id"/> of the revision that this one is a delta on; <see langword="null"/> for a key.</summary>
    public string? ParentId { get; init; }

    /// <summary>
    /// The <see cref="Path"/> by which the delta names its parent: a link counts only where the file there has the id
    /// <see cref="ParentId"/>. <see langword="null"/> for a key, and where it is not known: then the id alone, within the folder, decides.
    /// </summary>
    public string? ParentPath { get; init; }

    /// <summary>
    /// Where it lies, relative to the folder of its VM, <c>/</c>-separated: <c>vdis/&lt;job&gt;/&lt;disk&gt;/20260105T010000Z.vhd</c>.
    /// Unique in a chain. A parent always lies in the same folder as its deltas.
    /// </summary>
    public required string Path
    {
        get;
        init
        {
            field = value;
            Directory = value.LastIndexOf('/') is >= 0 and var slash ? value[..slash] : "";
        }
    }

    /// <summary>What it is stored as.</summary>
    public StorageForm Form { get; init; } = StorageForm.VhdFile;

    /// <summary>The size of the disk that the guest sees, in bytes; for an archive, its length.</summary>
    public long VirtualSize { get; init; }

    /// <summary>How many bytes of data this revision holds itself.</summary>
    public long AllocatedBytes { get; init; }

    /// <summary>Whether the revision's own data opens. Whether its whole chain does is for <c>BackupChain</c> to say.</summary>
    public bool IsReadable { get; init; } = true;

    /// <summary>Why <see cref="IsReadable"/> is false, in words; otherwise <see langword="null"/>.</summary>
    public string? Defect { get; init; }

    /// <summary>Whether this is a delta.</summary>
    public bool IsDelta => ParentId is not null;

    /// <summary>The folder of <see cref="Path"/>, or an empty text.</summary>
    public string Directory { get; private init; } = "";

    /// <summary>The last segment of <see cref="Path"/>.</summary>
    public string FileName => Path[(Path.LastIndexOf('/') + 1)..];
}
