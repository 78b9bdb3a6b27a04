using System.Buffers.Binary;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd.Merging;

/// <summary>
/// Writes into the ancestor of a merge. A reader who insists on equal footers opens the file at every moment, except between the two footers that
/// <see cref="WriteFootersAsync"/> writes, and nothing else writes any; what a call needs from the one before was flushed.
/// </summary>
internal sealed class MergeAncestor(IRemoteFileUpdate file) : IAsyncDisposable
{
    private const int PieceBytes = 64 * 1024;
    private const int EntryBytes = sizeof(uint);

    /// <summary>Puts the footer where the file will end, so that everything before it may be written; cuts what is longer.</summary>
    public async ValueTask ExtendAsync(VhdFooter footer, long end, CancellationToken cancellationToken)
    {
        await WriteFootersAsync(footer, end, cancellationToken).ConfigureAwait(false);
        await file.SetLengthAsync(end + VhdFooter.Size, cancellationToken).ConfigureAwait(false);
        await file.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes a block, bitmap and data.</summary>
    /// <param name="sector">Where its bitmap goes.</param>
    /// <param name="block">Bitmap and data.</param>
    /// <param name="isInPlace">Whether an older version of the block is there.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async ValueTask WriteBlockAsync(uint sector, ReadOnlyMemory<byte> block, bool isInPlace, CancellationToken cancellationToken)
    {
        var offset = (long)sector * VhdBlock.SectorSize;
        var bitmap = block[..VhdBlock.BitmapBytes(VhdHeader.UsualBlockSize)];

        // Where the older version lacks sectors, a crash must not leave the new bitmap over the old data.
        if (isInPlace && !await HasAsync(offset, bitmap, cancellationToken).ConfigureAwait(false))
        {
            await file.WriteAsync(offset + bitmap.Length, block[bitmap.Length..], cancellationToken).ConfigureAwait(false);
            await file.FlushAsync(cancellationToken).ConfigureAwait(false);
            block = bitmap;
        }

        await file.WriteAsync(offset, block, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes what was written durable.</summary>
    public ValueTask FlushAsync(CancellationToken cancellationToken) => file.FlushAsync(cancellationToken);

    /// <summary>Enters blocks into the table; those that are there already are left alone.</summary>
    /// <param name="header">Tells where the table is.</param>
    /// <param name="blocks">Ascending.</param>
    /// <param name="sectors">The sector of each.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    public async ValueTask WriteTableAsync(VhdHeader header, int[] blocks, uint[] sectors, CancellationToken cancellationToken)
    {
        var piece = new byte[PieceBytes];
        for (var i = 0; i < blocks.Length;)
        {
            var start = (long)blocks[i] * EntryBytes / PieceBytes * PieceBytes;
            var length = (int)Math.Min(PieceBytes, (header.MaximumTableEntries * EntryBytes) - start);
            var count = await file.ReadAsync(header.TableOffset + start, piece.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            if (count < length)
            {
                throw new CorruptBackupException(
                    $"The block allocation table of \"{file.Path}\" ends at byte {header.TableOffset + start + count} of the file.", ErrorCodes.Truncated);
            }

            var isChanged = false;
            for (; i < blocks.Length && ((long)blocks[i] * EntryBytes) - start < length; i++)
            {
                var entry = piece.AsSpan((int)(((long)blocks[i] * EntryBytes) - start), EntryBytes);
                isChanged |= BinaryPrimitives.ReadUInt32BigEndian(entry) != sectors[i];
                BinaryPrimitives.WriteUInt32BigEndian(entry, sectors[i]);
            }

            if (isChanged)
            {
                await file.WriteAsync(header.TableOffset + start, piece.AsMemory(0, length), cancellationToken).ConfigureAwait(false);
            }
        }

        await file.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Makes room in the table for more entries. The blocks that are in its way must have been moved.</summary>
    public async ValueTask GrowTableAsync(VhdHeader header, long entries, CancellationToken cancellationToken)
    {
        var unused = new byte[PieceBytes];
        unused.AsSpan().Fill(0xFF);
        var position = header.TableOffset + (header.MaximumTableEntries * EntryBytes);
        for (var left = header.TableOffset + BlockAllocationTable.StoredBytes(entries) - position; left > 0;)
        {
            var count = (int)Math.Min(left, PieceBytes);
            await file.WriteAsync(position, unused.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            position += count;
            left -= count;
        }

        // New entries first: a header that counts them before they are there would make blocks of whatever lies behind the table.
        await file.FlushAsync(cancellationToken).ConfigureAwait(false);
        await WriteHeaderAsync(header.With(maximumTableEntries: entries), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Replaces the header.</summary>
    public async ValueTask WriteHeaderAsync(VhdHeader header, CancellationToken cancellationToken)
    {
        await file.WriteAsync(VhdFooter.Size, header.Bytes.ToArray(), cancellationToken).ConfigureAwait(false);
        await file.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Copies a stored block to another place.</summary>
    public async ValueTask CopyBlockAsync(uint from, uint to, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var count = await file.ReadAsync((long)from * VhdBlock.SectorSize, buffer, cancellationToken).ConfigureAwait(false);
        buffer.Span[count..].Clear();
        await file.WriteAsync((long)to * VhdBlock.SectorSize, buffer, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes both copies of the footer.</summary>
    public async ValueTask WriteFootersAsync(VhdFooter footer, long end, CancellationToken cancellationToken)
    {
        var bytes = footer.Bytes.ToArray();
        await file.WriteAsync(0, bytes, cancellationToken).ConfigureAwait(false);
        await file.WriteAsync(end, bytes, cancellationToken).ConfigureAwait(false);
        await file.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => file.DisposeAsync();

    private async ValueTask<bool> HasAsync(long offset, ReadOnlyMemory<byte> expected, CancellationToken cancellationToken)
    {
        var found = new byte[expected.Length];
        var count = await file.ReadAsync(offset, found, cancellationToken).ConfigureAwait(false);
        return found.AsSpan(0, count).SequenceEqual(expected.Span);
    }
}
