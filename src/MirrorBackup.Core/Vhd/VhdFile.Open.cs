using System.Buffers;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd;

/// <content>Opening and checking.</content>
public sealed partial class VhdFile
{
    private const int HeadBytes = VhdFooter.Size + VhdHeader.Size;
    private const int TablePieceBytes = 256 * 1024;

    // Footers of programs before Virtual PC 2004 lack the last byte.
    private const int OldFooterSize = 511;

    /// <summary>Opens a file and checks all that can be checked without reading its blocks.</summary>
    /// <param name="remote">Where it lies.</param>
    /// <param name="path">The file.</param>
    /// <param name="options">How strictly; <see langword="null"/> for the default.</param>
    /// <param name="cancellationToken">Stops the call; nothing stays open.</param>
    /// <returns>The open disk, owned by the caller.</returns>
    /// <exception cref="RemoteNotFoundException">The file is not there.</exception>
    /// <exception cref="CorruptBackupException">
    /// The file is cut, its structures contradict themselves or each other, or blocks lie outside it or over each other.
    /// </exception>
    /// <exception cref="UnsupportedBackupException">A version, a block size or a size that is not handled.</exception>
    public static async ValueTask<VhdFile> OpenAsync(
        IRemote remote, RemotePath path, VhdOpenOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(remote);
        var file = await remote.OpenReadAsync(path, cancellationToken).ConfigureAwait(false);
        try
        {
            return await OpenAsync(file, options ?? VhdOpenOptions.Default, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            await file.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static async ValueTask<VhdFile> OpenAsync(IRemoteFile file, VhdOpenOptions options, CancellationToken cancellationToken)
    {
        var name = file.Path.ToString();
        if (file.Length < OldFooterSize)
        {
            throw VhdFormatError.Truncated(name, $"found {file.Length} bytes, expected at least the {VhdFooter.Size} of a VHD footer.");
        }

        var head = new byte[HeadBytes];
        var count = await file.ReadAsync(0, head, cancellationToken).ConfigureAwait(false);
        if (count < VhdFooter.Size || !VhdFooter.HasCookie(head))
        {
            return await OpenFixedAsync(file, name, head, cancellationToken).ConfigureAwait(false);
        }

        var footer = VhdFooter.Parse(head.AsSpan(0, VhdFooter.Size), name);
        if (footer.DiskType == VhdDiskType.Fixed)
        {
            return await OpenFixedAsync(file, name, head, cancellationToken).ConfigureAwait(false);
        }

        if (count < HeadBytes)
        {
            throw VhdFormatError.Truncated(name, $"found {count} bytes, expected at least {HeadBytes}: the VHD header at offset {VhdFooter.Size} is cut.");
        }

        var header = VhdHeader.Parse(head.AsSpan(VhdFooter.Size), name);
        header.CheckAgainst(footer, name);
        var dataEnd = file.Length;
        if (options.VerifyEndFooter)
        {
            dataEnd -= await CheckEndFooterAsync(file, name, footer, cancellationToken).ConfigureAwait(false);
        }

        var table = await ReadTableAsync(file, name, header, dataEnd, cancellationToken).ConfigureAwait(false);
        var placement = BlockPlacement.Check(table, header, name);
        CheckLastBlock(name, footer, header, placement, dataEnd, options);
        return new VhdFile(file, footer, header, table, placement, dataEnd);
    }

    private static async ValueTask<VhdFile> OpenFixedAsync(IRemoteFile file, string name, byte[] head, CancellationToken cancellationToken)
    {
        var end = new byte[VhdFooter.Size];
        var size = EndFooterSize(file.Length);
        await file.ReadAsync(file.Length - size, end.AsMemory(0, size), cancellationToken).ConfigureAwait(false);
        if (!VhdFooter.HasCookie(end) || VhdFooter.Parse(end, name) is not { DiskType: VhdDiskType.Fixed } footer)
        {
            throw VhdFormatError.Corrupt(
                name,
                $"VHD footer, field cookie at offset 0: found {Convert.ToHexString(head.AsSpan(0, 8))}, expected 636F6E6563746978 (conectix); nor does it end like a fixed disk.");
        }

        var dataEnd = file.Length - size;
        if (dataEnd < footer.CurrentSize)
        {
            throw VhdFormatError.Truncated(name, $"fixed VHD: found {dataEnd} bytes before the footer, expected {footer.CurrentSize}, the size of the disk.");
        }

        if (footer.CurrentSize / VhdHeader.UsualBlockSize >= int.MaxValue)
        {
            throw VhdFormatError.Unsupported(
                name, "VHD footer", "current size", VhdFooterOffsets.CurrentSize, $"{footer.CurrentSize}", $"up to {(long)int.MaxValue * VhdHeader.UsualBlockSize}");
        }

        return new VhdFile(file, footer, null, null, null, footer.CurrentSize);
    }

    /// <summary>Compares the end of the file with the copy of its footer at the start.</summary>
    /// <returns>Bytes of the footer at the end.</returns>
    private static async ValueTask<int> CheckEndFooterAsync(IRemoteFile file, string name, VhdFooter footer, CancellationToken cancellationToken)
    {
        var size = EndFooterSize(file.Length);
        var end = new byte[size];
        var offset = file.Length - size;
        var count = offset < HeadBytes ? 0 : await file.ReadAsync(offset, end, cancellationToken).ConfigureAwait(false);
        if (count < size)
        {
            throw VhdFormatError.Truncated(name, $"found {file.Length} bytes, expected a VHD footer at the end, after {HeadBytes} bytes of headers.");
        }

        var difference = end.AsSpan().CommonPrefixLength(footer.Bytes);
        if (difference < size)
        {
            throw VhdFormatError.Corrupt(
                name,
                $"the VHD footer at the end (offset {offset}) differs from its copy at offset 0 from byte {difference} on: found {Convert.ToHexString(end.AsSpan(difference, Math.Min(8, size - difference)))}, expected {Convert.ToHexString(footer.Bytes.Slice(difference, Math.Min(8, size - difference)))}.",
                VhdFooter.HasCookie(end) ? ErrorCodes.CorruptFormat : ErrorCodes.Truncated);
        }

        return size;
    }

    private static int EndFooterSize(long fileLength) => fileLength % VhdFooter.Size == OldFooterSize ? OldFooterSize : VhdFooter.Size;

    private static async ValueTask<BlockAllocationTable> ReadTableAsync(
        IRemoteFile file, string name, VhdHeader header, long dataEnd, CancellationToken cancellationToken)
    {
        var bytes = header.MaximumTableEntries * sizeof(uint);
        if (header.TableOffset > dataEnd - bytes)
        {
            throw VhdFormatError.Truncated(
                name,
                $"block allocation table: found {dataEnd} bytes before the end, expected {bytes} from offset {header.TableOffset} on ({header.MaximumTableEntries} entries).");
        }

        var maximumBlocks = BlockPlacement.MaximumBlocks(dataEnd, header.BlockSize);
        var builder = new BlockAllocationTable.Builder(name, maximumBlocks);
        var piece = ArrayPool<byte>.Shared.Rent((int)Math.Min(TablePieceBytes, bytes));
        try
        {
            for (var done = 0L; done < bytes;)
            {
                var wanted = (int)Math.Min(TablePieceBytes, bytes - done);
                var count = await file.ReadAsync(header.TableOffset + done, piece.AsMemory(0, wanted), cancellationToken).ConfigureAwait(false);
                if (count < wanted)
                {
                    throw VhdFormatError.Truncated(
                        name, $"block allocation table at offset {header.TableOffset}: found {done + count} bytes, expected {bytes}.");
                }

                builder.Add(piece.AsSpan(0, wanted));
                done += wanted;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        return builder.Build();
    }

    // DiscUtils leaves the end of the last block away, and so does any writer that stops at the end of the disk.
    private static void CheckLastBlock(string name, VhdFooter footer, VhdHeader header, BlockPlacement placement, long dataEnd, VhdOpenOptions options)
    {
        var end = placement.End(header.BlockSize);
        if (end <= dataEnd)
        {
            return;
        }

        var index = placement.Indexes[^1];
        var start = end - VhdBlock.StoredBytes(header.BlockSize);
        var inDisk = Math.Clamp(footer.CurrentSize - ((long)index * header.BlockSize), 0, header.BlockSize);
        var needed = VhdBlock.BitmapBytes(header.BlockSize) + (footer.Creator.Application == VhdCreator.DiscUtils ? 0 : inDisk);

        // An unfinished merge of Xen Orchestra's may have entered a block whose bytes it had not written yet.
        if (start + (options.VerifyEndFooter ? needed : 0) > dataEnd)
        {
            throw VhdFormatError.Truncated(
                name, $"block allocation table, entry {index}: its block takes the bytes {start} to {end}, expected at most {dataEnd}, where the blocks end.");
        }
    }
}
