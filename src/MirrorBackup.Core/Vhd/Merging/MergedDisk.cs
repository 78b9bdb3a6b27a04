using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd.Merging;

/// <summary>What becomes of the structures of an ancestor once it holds everything. Pure.</summary>
internal static class MergedDisk
{
    /// <summary>The footer of the result: that of the ancestor with the id, the sizes and the time of the newest child.</summary>
    public static VhdFooter Footer(VhdFooter ancestor, VhdFooter newest) => ancestor.With(new VhdFooterChanges
    {
        UniqueId = newest.UniqueId,
        CurrentSize = newest.CurrentSize,
        OriginalSize = newest.OriginalSize,
        Geometry = VhdGeometry.Maximum,
        Timestamp = newest.Timestamp,
    });

    /// <summary>The size of a disk as a VHD file without gaps, in bytes (<c>formats/vhd.md</c> §2.1).</summary>
    public static long StreamLength(VhdHeader header, int blocks) =>
        VhdFooter.Size + VhdHeader.Size + BlockAllocationTable.StoredBytes(header.MaximumTableEntries)
        + ((long)blocks * VhdBlock.StoredBytes(VhdHeader.UsualBlockSize)) + VhdFooter.Size;
}
