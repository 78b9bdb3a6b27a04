namespace MirrorBackup.Disks;

/// <summary>What a disk revision says of itself: its own id, its parent's, and the size of the disk.</summary>
/// <param name="Id">The unique id of the revision. Copies of one revision share it, on every remote.</param>
/// <param name="ParentId">The id of the revision that this one is a delta on; <see langword="null"/> for a key.</param>
/// <param name="ParentName">
/// Where the parent lies, relative to the folder of this revision, normally a file name; <see langword="null"/> exactly if <paramref name="ParentId"/> is.
/// </param>
/// <param name="VirtualSize">The size that the guest sees, in bytes; not negative.</param>
public sealed record DiskIdentity(Guid Id, Guid? ParentId, string? ParentName, long VirtualSize)
{
    /// <summary>Whether the revision is a delta.</summary>
    public bool IsDelta => ParentId is not null;
}
