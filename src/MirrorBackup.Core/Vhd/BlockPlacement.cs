using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd;

/// <summary>
/// The blocks of a file in the order in which they lie there, checked: none before the end of the table, none over another. A reader that trusts a
/// table without this can be led to read headers as data, or the same data twice.
/// </summary>
internal sealed class BlockPlacement
{
    private BlockPlacement(int[] indexes, uint[] sectors)
    {
        Indexes = indexes;
        Sectors = sectors;
    }

    /// <summary>Block indexes by ascending place.</summary>
    public int[] Indexes { get; }

    /// <summary>Ascending: the sector of each block's bitmap.</summary>
    public uint[] Sectors { get; }

    /// <summary>Where the last block ends, in bytes; 0 without blocks.</summary>
    public long End(int blockSize) => Sectors.Length == 0 ? 0 : ((long)Sectors[^1] * VhdBlock.SectorSize) + VhdBlock.StoredBytes(blockSize);

    /// <exception cref="CorruptBackupException">An entry leads into the headers, the table or another block.</exception>
    public static BlockPlacement Check(BlockAllocationTable table, VhdHeader header, string file)
    {
        var sectors = table.Sectors.ToArray();
        var indexes = table.Indexes.ToArray();
        Array.Sort(sectors, indexes);
        var end = (header.TableOffset + (header.MaximumTableEntries * sizeof(uint)) + VhdBlock.SectorSize - 1) / VhdBlock.SectorSize;
        var before = "the end of the block allocation table";
        for (var i = 0; i < sectors.Length; i++)
        {
            if (sectors[i] < end)
            {
                throw VhdFormatError.Corrupt(
                    file, $"block allocation table, entry {indexes[i]}: found sector {sectors[i]}, expected at least {end}, which is {before}.");
            }

            end = sectors[i] + (VhdBlock.StoredBytes(header.BlockSize) / VhdBlock.SectorSize);
            before = $"the end of block {indexes[i]}";
        }

        return new(indexes, sectors);
    }

    /// <summary>How many blocks can lie in so many bytes without overlapping; more allocated entries than this are a lie.</summary>
    public static long MaximumBlocks(long bytes, int blockSize) => (bytes / VhdBlock.StoredBytes(blockSize)) + 1;
}
