using System.Collections.ObjectModel;
using System.Runtime.CompilerServices;
using MirrorBackup.Backups;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd;

/// <summary>
/// A VHD file that is open for reading: fixed, dynamic or differencing, of any known producer (<c>formats/vhd.md</c> §1.12). Sector bitmaps are honoured.
/// </summary>
/// <remarks>Thread-safe as <see cref="IVirtualDisk"/> says. Owns the remote's file handle; disposing closes it, twice is fine.</remarks>
public sealed partial class VhdFile : IVhdDisk
{
    private readonly IRemoteFile _file;
    private readonly long _dataEnd;

    private VhdFile(IRemoteFile file, VhdFooter footer, VhdHeader? header, BlockAllocationTable? table, BlockPlacement? placement, long dataEnd)
    {
        _file = file;
        _dataEnd = dataEnd;
        Footer = footer;
        Header = header;
        Table = table;
        Placement = placement;
        BlockSize = header?.BlockSize ?? VhdHeader.UsualBlockSize;
        AllocatedBlocks = table is null ? new BlockRange(BlockCount) : BlocksInDisk(table);
    }

    /// <inheritdoc/>
    public RemotePath Path => _file.Path;

    /// <inheritdoc/>
    public string Name => _file.Path.ToString();

    /// <inheritdoc/>
    public StorageForm Form => StorageForm.VhdFile;

    /// <summary>The footer; in a dynamic or differencing file, its copy at the start.</summary>
    public VhdFooter Footer { get; }

    /// <inheritdoc/>
    public VhdHeader? Header { get; }

    /// <inheritdoc/>
    public Guid Id => Footer.UniqueId;

    /// <inheritdoc/>
    public Guid? ParentId => Footer.DiskType == VhdDiskType.Differencing ? Header?.ParentUniqueId : null;

    /// <inheritdoc/>
    public string? ParentName => Footer.DiskType == VhdDiskType.Differencing ? Header?.ParentName : null;

    /// <inheritdoc/>
    public long VirtualSize => Footer.CurrentSize;

    /// <inheritdoc/>
    public int BlockSize { get; }

    /// <inheritdoc/>
    public bool HasOnlyWholeBlocks => Header is null || Footer.Creator.WritesOnlyWholeBlocks;

    /// <summary>Bytes of the file.</summary>
    public long FileLength => _file.Length;

    /// <inheritdoc/>
    public IReadOnlyList<int> AllocatedBlocks { get; }

    /// <summary>The blocks of the file, those beyond the end of the disk included; <see langword="null"/> in a fixed disk.</summary>
    internal BlockAllocationTable? Table { get; }

    /// <summary>The same in the order of the file.</summary>
    internal BlockPlacement? Placement { get; }

    /// <summary>Blocks that a disk of this size can have.</summary>
    internal int BlockCount => (int)((VirtualSize / BlockSize) + (VirtualSize % BlockSize == 0 ? 0 : 1));

    /// <inheritdoc/>
    public bool IsAllocated(int blockIndex) =>
        blockIndex >= 0 && blockIndex < BlockCount && (Table is null || Table.TryGetSector(blockIndex, out _));

    /// <summary>Finds where the bitmap of a block lies; its data follows.</summary>
    /// <param name="blockIndex">Any block.</param>
    /// <param name="offset">Bytes from the start of the file.</param>
    /// <returns>False if the file does not hold the block, or is a fixed disk.</returns>
    internal bool TryGetBlockOffset(int blockIndex, out long offset)
    {
        var sector = 0u;
        var found = Table?.TryGetSector(blockIndex, out sector) ?? false;
        offset = (long)sector * VhdBlock.SectorSize;
        return found;
    }

    /// <summary>The blocks in the order of the file, if all of them can be passed on as they lie there; otherwise <see langword="null"/>.</summary>
    internal IReadOnlyList<int>? ListBlocksAsPlaced() => Placement is { } placement && BlockSize == VhdHeader.UsualBlockSize && placement.End(BlockSize) <= _dataEnd
        ? [.. placement.Indexes.Where(IsAllocated)]
        : null;

    /// <summary>Where a block lies that the file holds.</summary>
    internal StoredBlockPlace PlaceOf(int blockIndex) => TryGetBlockOffset(blockIndex, out var offset)
        ? new(Path, _ => new(_file), IsFileShared: true, offset, VhdBlock.StoredBytes(BlockSize))
        : throw new ArgumentOutOfRangeException(nameof(blockIndex), blockIndex, $"{Name} does not hold this block.");

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadBlockAsync(int blockIndex, Memory<byte> bitmap, Memory<byte> data, CancellationToken cancellationToken = default)
    {
        var bitBytes = SectorBitmap.BitBytes(BlockSize);
        if (!IsAllocated(blockIndex))
        {
            throw new ArgumentOutOfRangeException(nameof(blockIndex), blockIndex, $"{Name} does not hold this block.");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(bitmap.Length, bitBytes, nameof(bitmap));
        ArgumentOutOfRangeException.ThrowIfLessThan(data.Length, BlockSize, nameof(data));
        (bitmap, data) = (bitmap[..bitBytes], data[..BlockSize]);
        if (!TryGetBlockOffset(blockIndex, out var offset))
        {
            bitmap.Span.Fill(0xFF);
            await ReadOrZeroAsync((long)blockIndex * BlockSize, data, blockIndex, cancellationToken).ConfigureAwait(false);
        }
        else if (VhdBlockContent.TryJoin(bitmap, data, out var stored))
        {
            await ReadOrZeroAsync(offset, stored, blockIndex, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            using var lease = BlockBuffers.Rent(VhdBlock.StoredBytes(BlockSize));
            await ReadOrZeroAsync(offset, lease.Memory, blockIndex, cancellationToken).ConfigureAwait(false);
            lease.Memory[..bitBytes].CopyTo(bitmap);
            lease.Memory[^BlockSize..].CopyTo(data);
        }

        VhdBlockContent.Normalise(bitmap.Span, data.Span, VirtualSize - ((long)blockIndex * BlockSize));
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _file.DisposeAsync();

    // Only the last block of a file can end early, which opening has checked; what it lacks is zero, never the footer that follows.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadOrZeroAsync(long offset, Memory<byte> buffer, int blockIndex, CancellationToken cancellationToken)
    {
        var available = (int)Math.Clamp(_dataEnd - offset, 0, buffer.Length);
        var count = await _file.ReadAsync(offset, buffer[..available], cancellationToken).ConfigureAwait(false);
        if (count < available)
        {
            throw VhdFormatError.Truncated(
                Name, $"block {blockIndex} at offset {offset}: found {count} bytes, expected {available}; the file was {FileLength} bytes long when it was opened.");
        }

        buffer.Span[available..].Clear();
    }

    private ReadOnlyCollection<int> BlocksInDisk(BlockAllocationTable table)
    {
        var count = table.CountBelow(BlockCount);
        return Array.AsReadOnly(count == table.Indexes.Length ? table.IndexArray : table.Indexes[..count].ToArray());
    }
}
