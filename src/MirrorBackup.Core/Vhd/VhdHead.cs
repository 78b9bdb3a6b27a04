using MirrorBackup.Disks;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd;

/// <summary>The footer and the header of a revision that is written, the same whether into a file or into a directory.</summary>
/// <param name="Footer">The footer.</param>
/// <param name="Header">The header.</param>
internal sealed record VhdHead(VhdFooter Footer, VhdHeader Header)
{
    /// <summary>Bytes of footer and header, behind which the table of a file lies.</summary>
    public const int Length = VhdFooter.Size + VhdHeader.Size;

    /// <summary>Blocks that a disk of this size can have.</summary>
    public static long TableEntries(long virtualSize) =>
        (virtualSize / VhdHeader.UsualBlockSize) + (virtualSize % VhdHeader.UsualBlockSize == 0 ? 0 : 1);

    /// <exception cref="ArgumentException">A parent's id without a name, or the reverse; a negative size.</exception>
    /// <exception cref="UnsupportedBackupException">A VHD cannot hold so large a disk, or so long a parent's name.</exception>
    public static VhdHead Create(DiskIdentity disk, DateTimeOffset timestamp, VhdGeometry geometry, int tableOffset = Length)
    {
        Check(disk);
        var footer = VhdFooter.Create(
            disk.Id,
            disk.IsDelta ? VhdDiskType.Differencing : VhdDiskType.Dynamic,
            disk.VirtualSize,
            VhdTimestamp.FromInstant(timestamp),
            geometry,
            VhdCreator.XenOrchestra);
        return new VhdHead(footer, VhdHeader.Create(TableEntries(disk.VirtualSize), disk.ParentId, disk.ParentName, tableOffset));
    }

    private static void Check(DiskIdentity disk)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(disk.VirtualSize, nameof(disk));
        if (disk.IsDelta == string.IsNullOrEmpty(disk.ParentName))
        {
            throw new ArgumentException(
                $"A delta has the id and the name of its parent, a key has neither: found id {disk.ParentId} and name \"{disk.ParentName}\".", nameof(disk));
        }

        if (TableEntries(disk.VirtualSize) > BlockAllocationTable.MaximumEntries)
        {
            throw new UnsupportedBackupException(
                $"The disk {disk.Id} has {disk.VirtualSize} bytes; a VHD is written for up to {(long)BlockAllocationTable.MaximumEntries * VhdHeader.UsualBlockSize}.");
        }
    }
}
