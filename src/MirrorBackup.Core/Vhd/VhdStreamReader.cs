using System.Buffers;
using System.IO.Pipelines;
using MirrorBackup.Disks;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd;

/// <summary>
/// Reads a dynamic or differencing VHD as it arrives, forwards only: an export of a host, or any file (<c>formats/vhd.md</c> §2.3, §2.4). Blocks come in the
/// order in which they lie in the stream; gaps between them, and before the footer, are passed over.
/// </summary>
/// <remarks>
/// One caller at a time. Never completes the pipe; that is for its owner. Holds no more than a table of allocated blocks. Parents named in a stream that a
/// host exported are paths of that host: never resolve them.
/// </remarks>
public sealed class VhdStreamReader
{
    private const int TablePieceBytes = 64 * 1024;
    private const long MaximumAddressableBytes = (1L << 32) * VhdBlock.SectorSize;

    private readonly StreamCursor _input;
    private readonly BlockPlacement _placement;
    private readonly long? _announcedLength;
    private readonly byte[] _bitmap;
    private int _next;
    private bool _hasEnded;

    private VhdStreamReader(StreamCursor input, VhdFooter footer, VhdHeader header, BlockPlacement placement, long? announcedLength)
    {
        _input = input;
        _placement = placement;
        _announcedLength = announcedLength;
        _bitmap = new byte[VhdBlock.BitmapBytes(header.BlockSize)];
        Blocks = Array.AsReadOnly(placement.Indexes);
        Footer = footer;
        Header = header;
        ExpectedLength = Math.Max(input.Position, placement.End(header.BlockSize)) + VhdFooter.Size;
    }

    /// <summary>The footer, from its copy at the start.</summary>
    public VhdFooter Footer { get; }

    /// <summary>The dynamic header.</summary>
    public VhdHeader Header { get; }

    /// <summary>Bytes of data per block.</summary>
    public int BlockSize => Header.BlockSize;

    /// <summary>The blocks in the order in which they come.</summary>
    public IReadOnlyList<int> Blocks { get; }

    /// <summary>Bytes that the stream has if its footer follows the last block at once; one with a gap there is longer.</summary>
    public long ExpectedLength { get; }

    /// <summary>Bytes read so far.</summary>
    public long BytesRead => _input.Position;

    /// <summary>Reads and checks what precedes the blocks.</summary>
    /// <param name="input">The bytes; not owned.</param>
    /// <param name="name">What they are, for messages.</param>
    /// <param name="announcedLength">How many bytes were announced, if it is known; other lengths are then errors.</param>
    /// <param name="cancellationToken">Stops the call; the stream cannot be continued.</param>
    /// <returns>The reader, before the first block.</returns>
    /// <exception cref="CorruptBackupException">The stream ends early, contradicts itself, or has another length than announced.</exception>
    /// <exception cref="UnsupportedBackupException">A fixed disk, a version or a block size that is not handled.</exception>
    public static async ValueTask<VhdStreamReader> OpenAsync(
        PipeReader input, string name, long? announcedLength = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(name);
        var cursor = new StreamCursor(input, name);
        var head = new byte[VhdHeader.Size];
        await cursor.ReadExactlyAsync(head.AsMemory(0, VhdFooter.Size), "the VHD footer", cancellationToken).ConfigureAwait(false);
        var footer = VhdFooter.Parse(head.AsSpan(0, VhdFooter.Size), name);
        if (footer.DiskType == VhdDiskType.Fixed)
        {
            throw VhdFormatError.Unsupported(name, "VHD footer", "disk type", VhdFooterOffsets.DiskType, "2 (fixed)", "3 (dynamic) or 4 (differencing) in a stream");
        }

        await cursor.ReadExactlyAsync(head, "the VHD header", cancellationToken).ConfigureAwait(false);
        var header = VhdHeader.Parse(head, name);
        header.CheckAgainst(footer, name);
        var table = await ReadTableAsync(cursor, header, cancellationToken).ConfigureAwait(false);
        var reader = new VhdStreamReader(cursor, footer, header, BlockPlacement.Check(table, header, name), announcedLength);
        if (announcedLength < reader.ExpectedLength)
        {
            throw VhdFormatError.Truncated(name, $"{announcedLength} bytes were announced, expected at least {reader.ExpectedLength} by the block allocation table.");
        }

        return reader;
    }

    /// <summary>Reads the next block, or what follows the last.</summary>
    /// <param name="bitmap">Receives the bits, as in <see cref="IVirtualDisk.ReadBlockAsync"/>.</param>
    /// <param name="data">Receives the data, likewise.</param>
    /// <param name="cancellationToken">Stops the call; the stream cannot be continued.</param>
    /// <returns>
    /// The index of the block; may lie beyond the end of the disk in files whose disk has shrunk. <see langword="null"/> when all have come and the footer at the
    /// end was equal to the one at the start.
    /// </returns>
    /// <exception cref="CorruptBackupException">The stream ends early, its end is another footer, or it has another length than announced.</exception>
    public async ValueTask<int?> ReadBlockAsync(Memory<byte> bitmap, Memory<byte> data, CancellationToken cancellationToken = default)
    {
        var bitBytes = SectorBitmap.BitBytes(BlockSize);
        ArgumentOutOfRangeException.ThrowIfLessThan(bitmap.Length, bitBytes, nameof(bitmap));
        ArgumentOutOfRangeException.ThrowIfLessThan(data.Length, BlockSize, nameof(data));
        if (_next == _placement.Indexes.Length)
        {
            await EndAsync(cancellationToken).ConfigureAwait(false);
            return null;
        }

        var (index, offset) = (_placement.Indexes[_next], (long)_placement.Sectors[_next] * VhdBlock.SectorSize);
        _next++;
        await _input.SkipToAsync(offset, cancellationToken).ConfigureAwait(false);
        await _input.ReadExactlyAsync(_bitmap, "a block's bitmap", cancellationToken).ConfigureAwait(false);
        await _input.ReadExactlyAsync(data[..BlockSize], "a block", cancellationToken).ConfigureAwait(false);
        _bitmap.AsSpan(0, bitBytes).CopyTo(bitmap.Span);
        VhdBlockContent.Normalise(bitmap.Span[..bitBytes], data.Span[..BlockSize], Math.Max(0, Footer.CurrentSize - ((long)index * BlockSize)));
        return index;
    }

    private static async ValueTask<BlockAllocationTable> ReadTableAsync(StreamCursor input, VhdHeader header, CancellationToken cancellationToken)
    {
        await input.SkipToAsync(header.TableOffset, cancellationToken).ConfigureAwait(false);
        var builder = new BlockAllocationTable.Builder(input.Name, BlockPlacement.MaximumBlocks(MaximumAddressableBytes, header.BlockSize));
        var bytes = header.MaximumTableEntries * sizeof(uint);
        var piece = ArrayPool<byte>.Shared.Rent(TablePieceBytes);
        try
        {
            for (var done = 0L; done < bytes;)
            {
                var wanted = (int)Math.Min(TablePieceBytes, bytes - done);
                await input.ReadExactlyAsync(piece.AsMemory(0, wanted), "the block allocation table", cancellationToken).ConfigureAwait(false);
                builder.Add(piece.AsSpan(0, wanted));
                done += wanted;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(piece);
        }

        await input.SkipToAsync(header.TableOffset + BlockAllocationTable.StoredBytes(header.MaximumTableEntries), cancellationToken).ConfigureAwait(false);
        return builder.Build();
    }

    private async ValueTask EndAsync(CancellationToken cancellationToken)
    {
        if (_hasEnded)
        {
            return;
        }

        var last = new byte[VhdFooter.Size];
        var start = _input.Position;
        await _input.ReadToEndAsync(last, cancellationToken).ConfigureAwait(false);
        if (_input.Position - start < VhdFooter.Size)
        {
            throw VhdFormatError.Truncated(_input.Name, $"found {_input.Position - start} bytes after offset {start}, expected at least a footer of {VhdFooter.Size}.");
        }

        if (!Footer.Bytes.SequenceEqual(last))
        {
            var difference = Footer.Bytes.CommonPrefixLength(last);
            throw VhdFormatError.Corrupt(
                _input.Name, $"the last {VhdFooter.Size} bytes (offset {_input.Position - VhdFooter.Size}) differ from the footer at the start from byte {difference} on.");
        }

        if (_announcedLength is { } announced && announced != _input.Position)
        {
            throw VhdFormatError.Corrupt(_input.Name, $"found {_input.Position} bytes, expected {announced}, which were announced.", ErrorCodes.Truncated);
        }

        _hasEnded = true;
    }
}
