using MirrorBackup.Backups;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Repositories;

/// <summary>One revision in a disk folder: what it says of itself, or why it does not open.</summary>
/// <param name="Revision">What the planner sees.</param>
/// <param name="Member">What its structures say; null if it does not open, or is not a VHD file.</param>
internal sealed record FolderDisk(DiskRevision Revision, MergeMember? Member)
{
    /// <summary>Bytes of the file; 0 if it does not open.</summary>
    public long FileLength { get; private init; }

    /// <summary>A file that opens.</summary>
    public static FolderDisk Of(VhdFile file, string disk, string path) => new(
        new DiskRevision
        {
            Disk = disk,
            Path = path,
            Id = file.Id.ToString("D"),
            ParentId = file.ParentId?.ToString("D"),
            ParentPath = file.ParentId is not null && file.ParentName is { Length: > 0 } name ? $"{path[..path.LastIndexOf('/')]}/{SiblingName(name)}" : null,
            VirtualSize = file.VirtualSize,
            AllocatedBytes = (long)file.AllocatedBlocks.Count * file.BlockSize,
        },
        new MergeMember(file.Path.Name, file.Id, file.ParentId, file.ParentName is { } parent ? SiblingName(parent) : null)
        {
            FooterChecksum = file.Footer.Checksum,
            HeaderChecksum = file.Header?.Checksum ?? 0,
        })
    {
        FileLength = file.FileLength,
    };

    /// <summary>A revision that does not open. Metadata tells the id that it should have, so that a copy of it can be recognised and sent again.</summary>
    public static FolderDisk Unreadable(string disk, string path, StorageForm form, string? id, string defect) => new(
        new DiskRevision { Disk = disk, Path = path, Id = id ?? $"unreadable:{path}", Form = form, IsReadable = false, Defect = defect }, null);

    // Programs of Windows write ".\\parent.vhd".
    private static string SiblingName(string parentName) =>
        parentName.StartsWith("./", StringComparison.Ordinal) || parentName.StartsWith(".\\", StringComparison.Ordinal) ? parentName[2..] : parentName;
}
