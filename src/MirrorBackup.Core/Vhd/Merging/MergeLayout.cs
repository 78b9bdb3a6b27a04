using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd.Merging;

/// <summary>
/// Where each block of the children goes in the ancestor: into the place of the version that is there, or behind everything. Pure, and the same
/// again for a merge that is resumed, however much of the table was written before.
/// </summary>
internal sealed class MergeLayout
{
    private static readonly uint s_blockSectors = (uint)(VhdBlock.StoredBytes(VhdHeader.UsualBlockSize) / VhdBlock.SectorSize);

    private MergeLayout(int[] blocks, uint[] sectors, uint appendSector, long end)
    {
        Blocks = blocks;
        Sectors = sectors;
        AppendSector = appendSector;
        End = end;
    }

    /// <summary>The blocks of the children, ascending.</summary>
    public int[] Blocks { get; }

    /// <summary>The sector of each block's bitmap, in the order of <see cref="Blocks"/>.</summary>
    public uint[] Sectors { get; }

    /// <summary>Where appended blocks begin.</summary>
    public uint AppendSector { get; }

    /// <summary>Where the footer goes: the first byte behind all blocks.</summary>
    public long End { get; }

    /// <summary>Where the blocks of a file end, or its table if it has none.</summary>
    public static long DataEnd(VhdHeader header, BlockPlacement placement)
    {
        var end = Math.Max(header.TableOffset + BlockAllocationTable.StoredBytes(header.MaximumTableEntries), placement.End(header.BlockSize));
        for (var i = 0; i < ParentLocator.Count; i++)
        {
            if (header.ReadLocator(i) is { IsUsed: true } locator)
            {
                end = Math.Max(end, locator.DataOffset + locator.SpaceBytes);
            }
        }

        return RoundUp(end);
    }

    /// <summary>Places the blocks.</summary>
    /// <param name="ancestor">Opened; its table may already hold some of the appended blocks.</param>
    /// <param name="blocks">The blocks of the children, ascending.</param>
    /// <param name="appendSector">Where blocks were appended when the merge began; <see langword="null"/> if it begins now.</param>
    /// <exception cref="UnsupportedBackupException">The file would be longer than a table can address.</exception>
    public static MergeLayout Create(VhdFile ancestor, IReadOnlyList<int> blocks, uint? appendSector)
    {
        var dataEnd = DataEnd(ancestor.Header!, ancestor.Placement!);
        var append = appendSector ?? (dataEnd / VhdBlock.SectorSize);
        var sectors = new uint[blocks.Count];
        var next = append;
        for (var i = 0; i < sectors.Length; i++)
        {
            // What lies behind the mark was appended by the run before, in the same order.
            if (ancestor.Table!.TryGetSector(blocks[i], out var sector) && (appendSector is null || sector < appendSector))
            {
                sectors[i] = sector;
                continue;
            }

            if (next >= BlockAllocationTable.Unused)
            {
                throw new UnsupportedBackupException(
                    $"\"{ancestor.Path}\" cannot take all blocks of its children: block {blocks[i]} would lie at sector {next}, and a table addresses less than {BlockAllocationTable.Unused}.");
            }

            sectors[i] = (uint)next;
            next += s_blockSectors;
        }

        return new MergeLayout([.. blocks], sectors, (uint)append, Math.Max(dataEnd, next * VhdBlock.SectorSize));
    }

    private static long RoundUp(long bytes) => (bytes + VhdBlock.SectorSize - 1) / VhdBlock.SectorSize * VhdBlock.SectorSize;
}
