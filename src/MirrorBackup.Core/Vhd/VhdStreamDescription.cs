using System.Buffers.Binary;
using MirrorBackup.Disks;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd;

/// <summary>
/// All that can be said of a VHD before a byte of its data is read: footer, header, block allocation table, blocks in the announced order, footer
/// (<c>formats/vhd.md</c> §2.1). Length, progress and dry runs follow from it; writing only interprets it. Immutable.
/// </summary>
public sealed class VhdStreamDescription
{
    private const int StoredBlockBytes = VhdFooter.Size + VhdHeader.UsualBlockSize;

    private VhdStreamDescription(DiskIdentity disk, int[] blocks, VhdStreamPart[] parts)
    {
        Disk = disk;
        Blocks = Array.AsReadOnly(blocks);
        Parts = parts;
        Length = parts.Sum(static part => part.Length);
    }

    /// <summary>The revision.</summary>
    public DiskIdentity Disk { get; }

    /// <summary>The blocks, in the order in which they are written.</summary>
    public IReadOnlyList<int> Blocks { get; }

    /// <summary>Bytes in all.</summary>
    public long Length { get; }

    internal IReadOnlyList<VhdStreamPart> Parts { get; }

    /// <summary>Computes how long a VHD will be, without describing it.</summary>
    /// <param name="virtualSize">Bytes that the guest sees.</param>
    /// <param name="blockCount">Blocks of 2 MiB that the file will hold.</param>
    /// <returns>Bytes in all.</returns>
    public static long ComputeLength(long virtualSize, long blockCount)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(virtualSize);
        ArgumentOutOfRangeException.ThrowIfNegative(blockCount);
        return VhdHead.Length + BlockAllocationTable.StoredBytes(VhdHead.TableEntries(virtualSize)) + (blockCount * StoredBlockBytes) + VhdFooter.Size;
    }

    /// <summary>Describes a VHD.</summary>
    /// <param name="disk">The revision.</param>
    /// <param name="blocks">The blocks that it holds, each once, in the order in which they will be written; normally ascending.</param>
    /// <param name="options">What goes into the footer.</param>
    /// <returns>The description.</returns>
    /// <exception cref="ArgumentException">A block twice or outside the disk; a parent's id without a name, or the reverse; a negative size.</exception>
    /// <exception cref="UnsupportedBackupException">
    /// A VHD file cannot hold so many blocks (its table addresses 2 TiB of file), so large a disk, or so long a parent's name.
    /// </exception>
    public static VhdStreamDescription Create(DiskIdentity disk, IReadOnlyList<int> blocks, VhdWriteOptions options)
    {
        ArgumentNullException.ThrowIfNull(disk);
        ArgumentNullException.ThrowIfNull(blocks);
        ArgumentNullException.ThrowIfNull(options);
        var tableOffset = VhdHead.Length + options.GapBeforeTable;
        var head = VhdHead.Create(disk, options.Timestamp, options.Geometry, tableOffset);
        var order = blocks.ToArray();
        var table = CreateTable(disk, order, VhdHead.TableEntries(disk.VirtualSize), tableOffset);
        var footer = head.Footer.Bytes.ToArray();
        return new(disk, order,
        [
            new VhdStreamPart.Bytes((byte[])[.. footer, .. head.Header.Bytes]),
            new VhdStreamPart.Zeros(options.GapBeforeTable),
            new VhdStreamPart.Bytes(table),
            new VhdStreamPart.Copy(order, StoredBlockBytes),
            new VhdStreamPart.Bytes(footer),
        ]);
    }

    private static byte[] CreateTable(DiskIdentity disk, int[] blocks, long entries, int tableOffset)
    {
        var table = new byte[BlockAllocationTable.StoredBytes(entries)];
        table.AsSpan().Fill(0xFF);
        var sector = (tableOffset + (long)table.Length) / VhdBlock.SectorSize;
        const int SectorsPerBlock = StoredBlockBytes / VhdBlock.SectorSize;
        var maximumBlocks = ((BlockAllocationTable.Unused - 1 - sector) / SectorsPerBlock) + 1;
        if (blocks.Length > maximumBlocks)
        {
            throw new UnsupportedBackupException(
                $"The disk {disk.Id} holds {blocks.Length} blocks; the table of a VHD file of its size can say where {maximumBlocks} lie.");
        }

        foreach (var block in blocks)
        {
            if ((uint)block >= entries)
            {
                throw new ArgumentOutOfRangeException(nameof(blocks), block, $"The disk {disk.Id} has the blocks 0 to {entries - 1}.");
            }

            var entry = table.AsSpan(block * sizeof(uint), sizeof(uint));
            if (BinaryPrimitives.ReadUInt32BigEndian(entry) != BlockAllocationTable.Unused)
            {
                throw new ArgumentException($"Block {block} of the disk {disk.Id} is announced twice.", nameof(blocks));
            }

            BinaryPrimitives.WriteUInt32BigEndian(entry, (uint)sector);
            sector += SectorsPerBlock;
        }

        return table;
    }
}
