using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd.Merging;

/// <summary>
/// Grows the table of an ancestor whose disk grew: the blocks right behind the table move to the end, then the table takes their place. What a
/// crash leaves at any moment is a valid file; running again finds what is still to be moved.
/// </summary>
internal static class TableGrowth
{
    private static readonly uint s_blockSectors = (uint)(VhdBlock.StoredBytes(VhdHeader.UsualBlockSize) / VhdBlock.SectorSize);

    /// <summary>Grows the table if it has fewer entries than needed.</summary>
    /// <returns>Whether the file was changed and has to be opened anew.</returns>
    /// <exception cref="UnsupportedBackupException">The file would be longer than a table can address.</exception>
    public static async ValueTask<bool> RunAsync(VhdFile ancestor, MergeAncestor target, long entries, CancellationToken cancellationToken)
    {
        var header = ancestor.Header!;
        if (entries <= header.MaximumTableEntries)
        {
            return false;
        }

        var tableEnd = header.TableOffset + BlockAllocationTable.StoredBytes(entries);
        var (blocks, from) = FindInTheWay(ancestor.Placement!, tableEnd);
        if (blocks.Length > 0)
        {
            await MoveAsync(ancestor, target, blocks, from, cancellationToken).ConfigureAwait(false);
        }
        else if (MergeLayout.DataEnd(header, ancestor.Placement!) < tableEnd)
        {
            await target.ExtendAsync(ancestor.Footer, tableEnd, cancellationToken).ConfigureAwait(false);
        }

        // Former versions of Xen Orchestra put a parent locator behind the table. Parents are found without it, by the name in the header.
        var freed = header.WithoutLocators(header.TableOffset, tableEnd);
        if (!ReferenceEquals(freed, header))
        {
            await target.WriteHeaderAsync(freed, cancellationToken).ConfigureAwait(false);
        }

        await target.GrowTableAsync(freed, entries, cancellationToken).ConfigureAwait(false);
        return true;
    }

    private static async ValueTask MoveAsync(
        VhdFile ancestor, MergeAncestor target, int[] blocks, uint[] from, CancellationToken cancellationToken)
    {
        var start = MergeLayout.DataEnd(ancestor.Header!, ancestor.Placement!) / VhdBlock.SectorSize;
        var end = start + ((long)blocks.Length * s_blockSectors);
        if (end >= BlockAllocationTable.Unused)
        {
            throw new UnsupportedBackupException(
                $"The table of \"{ancestor.Path}\" cannot grow: the blocks behind it would move to sector {end}, and a table addresses less than {BlockAllocationTable.Unused}.");
        }

        await target.ExtendAsync(ancestor.Footer, end * VhdBlock.SectorSize, cancellationToken).ConfigureAwait(false);
        var buffer = new byte[VhdBlock.StoredBytes(VhdHeader.UsualBlockSize)];
        var to = new uint[blocks.Length];
        for (var i = 0; i < to.Length; i++)
        {
            to[i] = (uint)(start + (i * s_blockSectors));
            await target.CopyBlockAsync(from[i], to[i], buffer, cancellationToken).ConfigureAwait(false);
        }

        await target.FlushAsync(cancellationToken).ConfigureAwait(false);
        await target.WriteTableAsync(ancestor.Header!, blocks, to, cancellationToken).ConfigureAwait(false);
    }

    // By place, as BlockPlacement has them, then by index, as the table is written.
    private static (int[] Blocks, uint[] Sectors) FindInTheWay(BlockPlacement placement, long tableEnd)
    {
        var count = 0;
        while (count < placement.Sectors.Length && (long)placement.Sectors[count] * VhdBlock.SectorSize < tableEnd)
        {
            count++;
        }

        var blocks = placement.Indexes[..count];
        var sectors = placement.Sectors[..count];
        Array.Sort(blocks, sectors);
        return (blocks, sectors);
    }
}
