using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Repositories;

/// <summary>One revision in a disk folder: what it says of itself, or why it does not open.</summary>
/// <param name="Revision">What the planner sees.</param>
/// <param name="Member">What its structures say; null if it does not open.</param>
internal sealed record FolderDisk(DiskRevision Revision, MergeMember? Member)
{
    /// <summary>Bytes of the file; 0 if it does not open, and for a directory.</summary>
    public long FileLength { get; private init; }

    /// <summary>The VHD directory that belongs to it, as far as the alias says; null for a file, and for an alias that leads nowhere.</summary>
    public RemotePath? DataPath { get; init; }

    /// <summary>A VHD that opens.</summary>
    public static FolderDisk Of(IVhdDisk vhd, string disk, string path)
    {
        var member = MergeFolder.ToMember(vhd);
        member = member with { ParentName = member.ParentName is { } name ? SiblingName(name) : null };
        return new(
            new DiskRevision
            {
                Disk = disk,
                Path = path,
                Form = vhd.Form,
                Id = vhd.Id.ToString("D"),
                ParentId = vhd.ParentId?.ToString("D"),
                ParentPath = member is { ParentId: not null, ParentName.Length: > 0 } ? $"{path[..path.LastIndexOf('/')]}/{member.ParentName}" : null,
                VirtualSize = vhd.VirtualSize,
                AllocatedBytes = (long)vhd.AllocatedBlocks.Count * vhd.BlockSize,
            },
            member)
        {
            FileLength = (vhd as VhdFile)?.FileLength ?? 0,
            DataPath = member.DataPath,
        };
    }

    /// <summary>A revision that does not open. Metadata tells the id that it should have, so that a copy of it can be recognised and sent again.</summary>
    public static FolderDisk Unreadable(string disk, string path, StorageForm form, string? id, string defect) => new(
        new DiskRevision { Disk = disk, Path = path, Id = id ?? $"unreadable:{path}", Form = form, IsReadable = false, Defect = defect }, null);

    // Programs of Windows write ".\\parent.vhd".
    private static string SiblingName(string parentName) =>
        parentName.StartsWith("./", StringComparison.Ordinal) || parentName.StartsWith(".\\", StringComparison.Ordinal) ? parentName[2..] : parentName;
}
