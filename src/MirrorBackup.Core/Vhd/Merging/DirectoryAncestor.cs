using MirrorBackup.Backups;
using MirrorBackup.Codecs;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd.Merging;

/// <summary>Writes into the directory that is the ancestor of a merge, each part all or nothing and durable, so that every call can be repeated.</summary>
internal sealed class DirectoryAncestor(IRemote remote, VhdDirectory disk)
{
    /// <summary>How its parts are compressed.</summary>
    public BlockCodec Codec => disk.Codec;

    /// <summary>The file of a block.</summary>
    public RemotePath BlockPath(int block) => VhdDirectoryLayout.Block(disk.DataPath, block);

    /// <summary>
    /// Gives the header as many entries as a disk of this size needs, before any footer says so: Xen Orchestra never does, and what it leaves does not open
    /// any more (<c>formats/vhd.md</c> §5.6).
    /// </summary>
    public async ValueTask GrowAsync(long virtualSize, CancellationToken cancellationToken)
    {
        var entries = Math.Max((virtualSize + VhdHeader.UsualBlockSize - 1) / VhdHeader.UsualBlockSize, disk.Header.MaximumTableEntries);
        if (entries > disk.Header.MaximumTableEntries || disk.HasHeaderOfSmallerDisk)
        {
            var header = disk.Header.With(maximumTableEntries: entries);
            await WriteAsync(VhdDirectoryLayout.Header(disk.DataPath), header.Bytes.ToArray(), cancellationToken).ConfigureAwait(false);
            Entries = entries;
        }
    }

    /// <summary>Replaces a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="clear">Its sector bitmap and its data.</param>
    /// <param name="cancellationToken">Stops the call; the file is then the old or the new one.</param>
    public ValueTask WriteBlockAsync(int block, ReadOnlyMemory<byte> clear, CancellationToken cancellationToken) =>
        WriteAsync(BlockPath(block), clear, cancellationToken);

    /// <summary>
    /// Removes what must not come back should the disk grow again: what the ancestor holds beyond the end of a smaller child. And block files that no table
    /// counts, which an earlier attempt left.
    /// </summary>
    /// <param name="smallestSize">The smallest of the children's sizes.</param>
    /// <param name="moved">The blocks of the children, which have arrived.</param>
    /// <param name="files">The block files that the ancestor had before.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async ValueTask CutAsync(long smallestSize, int[] moved, BlockFiles files, CancellationToken cancellationToken)
    {
        if (smallestSize < disk.VirtualSize && smallestSize % VhdHeader.UsualBlockSize != 0)
        {
            await CutBlockAsync((int)(smallestSize / VhdHeader.UsualBlockSize), smallestSize, moved, cancellationToken).ConfigureAwait(false);
        }

        foreach (var block in files.All())
        {
            if (!IsKept(block, smallestSize) && Array.BinarySearch(moved, block) < 0)
            {
                await remote.DeleteAsync(BlockPath(block), cancellationToken).ConfigureAwait(false);
            }
        }

        KeptBytes = smallestSize;
    }

    /// <summary>Enters the moved blocks into the table.</summary>
    public async ValueTask WriteTableAsync(int[] moved, CancellationToken cancellationToken)
    {
        // As long as Xen Orchestra makes it (§3.2): a byte for each entry, of which it uses a bit.
        var table = new byte[Entries];
        foreach (var block in disk.AllocatedBlocks)
        {
            if (IsKept(block, KeptBytes))
            {
                SectorBitmap.Set(table, block, 1);
            }
        }

        foreach (var block in moved)
        {
            SectorBitmap.Set(table, block, 1);
        }

        await WriteAsync(VhdDirectoryLayout.Bat(disk.DataPath), table, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Replaces the footer.</summary>
    public ValueTask WriteFooterAsync(VhdFooter footer, CancellationToken cancellationToken) =>
        WriteAsync(VhdDirectoryLayout.Footer(disk.DataPath), footer.Bytes.ToArray(), cancellationToken);

    private long Entries { get; set; } = disk.Header.MaximumTableEntries;

    private long KeptBytes { get; set; } = long.MaxValue;

    private bool IsKept(int block, long bytes) => disk.IsAllocated(block) && (long)block * VhdHeader.UsualBlockSize < bytes;

    private async ValueTask CutBlockAsync(int block, long end, int[] moved, CancellationToken cancellationToken)
    {
        if (!disk.IsAllocated(block) || Array.BinarySearch(moved, block) >= 0)
        {
            return;
        }

        using var clear = StoredBlockBuffers.RentClear();
        var (bitmap, data) = (clear.Memory[..VhdBlock.BitmapBytes(VhdHeader.UsualBlockSize)], clear.Memory[VhdBlock.BitmapBytes(VhdHeader.UsualBlockSize)..]);
        await disk.ReadBlockAsync(block, bitmap, data, cancellationToken).ConfigureAwait(false);
        VhdBlockContent.Normalise(bitmap.Span, data.Span, end - ((long)block * VhdHeader.UsualBlockSize));
        await WriteBlockAsync(block, clear.Memory, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WriteAsync(RemotePath path, ReadOnlyMemory<byte> clear, CancellationToken cancellationToken)
    {
        using var stored = BlockBuffers.Rent(BlockCompression.MaximumLength(Codec, clear.Length));
        var length = BlockCompression.Compress(Codec, clear.Span, stored.Span);
        await remote.WriteAllAsync(path, stored.Memory[..length], default, cancellationToken).ConfigureAwait(false);
    }
}
