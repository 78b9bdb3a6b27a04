using System.Buffers.Binary;

namespace MirrorBackup.Vhd.Format;

/// <summary>
/// Which blocks a file holds and where: for each, the sector of its bitmap (<c>formats/vhd.md</c> §1.7). Only allocated entries take memory, so that
/// what a table costs is bounded by the blocks of the file, not by what its header claims. Immutable.
/// </summary>
internal sealed class BlockAllocationTable
{
    /// <summary>The entry of a block that the file does not hold.</summary>
    public const uint Unused = 0xFFFFFFFF;

    /// <summary>
    /// The most entries that are handled: 64 TiB in blocks of 2 MiB. Entries hold sectors of the file, so more than 2^20 of them can never be in use at once.
    /// </summary>
    public const int MaximumEntries = 1 << 25;

    private readonly int[] _indexes;
    private readonly uint[] _sectors;

    private BlockAllocationTable(int[] indexes, uint[] sectors)
    {
        _indexes = indexes;
        _sectors = sectors;
    }

    /// <summary>The allocated blocks, ascending.</summary>
    public ReadOnlySpan<int> Indexes => _indexes;

    /// <summary>The same as an array, which nobody may write to.</summary>
    internal int[] IndexArray => _indexes;

    /// <summary>The sector of each block's bitmap, in the order of <see cref="Indexes"/>.</summary>
    public ReadOnlySpan<uint> Sectors => _sectors;

    /// <summary>Bytes that a table takes in the file: whole sectors.</summary>
    public static long StoredBytes(long entries) => (entries * sizeof(uint) + 511) / 512 * 512;

    /// <summary>Finds where a block lies.</summary>
    public bool TryGetSector(int blockIndex, out uint sector)
    {
        var position = Array.BinarySearch(_indexes, blockIndex);
        sector = position < 0 ? Unused : _sectors[position];
        return position >= 0;
    }

    /// <summary>How many of the blocks have an index below a limit.</summary>
    public int CountBelow(int limit)
    {
        var position = Array.BinarySearch(_indexes, limit);
        return position < 0 ? ~position : position;
    }

    /// <summary>Collects a table from the pieces of it that are read one after the other.</summary>
    /// <param name="file">What the table comes from, for messages.</param>
    /// <param name="maximumBlocks">How many blocks have room in the file; more entries than this are not collected.</param>
    internal sealed class Builder(string file, long maximumBlocks)
    {
        private readonly List<int> _indexes = [];
        private readonly List<uint> _sectors = [];
        private int _next;

        /// <summary>Takes the next entries.</summary>
        /// <exception cref="CorruptBackupException">More blocks than have room.</exception>
        public void Add(ReadOnlySpan<byte> entries)
        {
            for (; !entries.IsEmpty; entries = entries[sizeof(uint)..])
            {
                var sector = BinaryPrimitives.ReadUInt32BigEndian(entries);
                if (sector != Unused)
                {
                    if (_indexes.Count >= maximumBlocks)
                    {
                        throw VhdFormatError.Corrupt(
                            file, $"block allocation table, entry {_next}: found sector {sector} after {maximumBlocks} allocated entries, expected no more than have room.");
                    }

                    _indexes.Add(_next);
                    _sectors.Add(sector);
                }

                _next++;
            }
        }

        public BlockAllocationTable Build() => new([.. _indexes], [.. _sectors]);
    }
}
