using System.Runtime.CompilerServices;
using MirrorBackup.Backups;
using MirrorBackup.Codecs;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Format;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Vhd.Directories;

/// <summary>
/// A VHD directory that is open for reading: one file per block, reached through an alias (<c>formats/vhd.md</c> §3). Opening reads all but the blocks;
/// sector bitmaps are honoured.
/// </summary>
/// <remarks>Thread-safe as <see cref="IVirtualDisk"/> says. Nothing of the remote stays open; disposing does nothing.</remarks>
public sealed partial class VhdDirectory : IVhdDisk
{
    private const string Part = "block";

    private readonly IRemote _remote;
    private readonly BlockPresence _blocks;
    private volatile MovedBlocks? _moved;

    private VhdDirectory(IRemote remote, RemotePath alias, RemotePath dataPath, BlockCodec codec, VhdFooter footer, VhdHeader header, BlockPresence blocks)
    {
        _remote = remote;
        _blocks = blocks;
        Path = alias;
        DataPath = dataPath;
        Codec = codec;
        Footer = footer;
        Header = header;
        MaximumStoredBlockLength = BlockCompression.MaximumLength(codec, StoredBlockBuffers.ClearLength);
    }

    /// <inheritdoc/>
    public RemotePath Path { get; }

    /// <summary>The directory that the alias named when it was opened.</summary>
    public RemotePath DataPath { get; }

    /// <inheritdoc/>
    public string Name => Path.ToString();

    /// <summary>How its parts are compressed.</summary>
    public BlockCodec Codec { get; }

    /// <inheritdoc/>
    public StorageForm Form => StorageForm.VhdDirectory(Codec);

    /// <inheritdoc/>
    public VhdFooter Footer { get; }

    /// <summary>
    /// The dynamic header. Where Xen Orchestra merged a disk that had grown, the stored one has too few entries; this one has as many as the disk needs.
    /// </summary>
    public VhdHeader Header { get; }

    /// <summary>Whether the stored header has fewer entries than the disk needs, and the table has the bits of all of them all the same.</summary>
    internal bool HasHeaderOfSmallerDisk { get; private init; }

    VhdHeader? IVhdDisk.Header => Header;

    /// <inheritdoc/>
    public Guid Id => Footer.UniqueId;

    /// <inheritdoc/>
    public Guid? ParentId => Footer.DiskType == VhdDiskType.Differencing ? Header.ParentUniqueId : null;

    /// <inheritdoc/>
    public string? ParentName => Footer.DiskType == VhdDiskType.Differencing ? Header.ParentName : null;

    /// <inheritdoc/>
    public long VirtualSize => Footer.CurrentSize;

    /// <summary>Bytes of data per block: 2 MiB, the only size that directories have.</summary>
    public int BlockSize => VhdHeader.UsualBlockSize;

    /// <inheritdoc/>
    public IReadOnlyList<int> AllocatedBlocks => _blocks;

    /// <inheritdoc/>
    public bool HasOnlyWholeBlocks => Footer.Creator.WritesOnlyWholeBlocks;

    /// <summary>The most bytes that the file of a block may have; a longer one is refused.</summary>
    public int MaximumStoredBlockLength { get; }

    /// <inheritdoc/>
    public bool IsAllocated(int blockIndex) => _blocks.Contains(blockIndex);

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask ReadBlockAsync(int blockIndex, Memory<byte> bitmap, Memory<byte> data, CancellationToken cancellationToken = default)
    {
        var bitBytes = SectorBitmap.BitBytes(BlockSize);
        CheckAllocated(blockIndex);
        ArgumentOutOfRangeException.ThrowIfLessThan(bitmap.Length, bitBytes, nameof(bitmap));
        ArgumentOutOfRangeException.ThrowIfLessThan(data.Length, BlockSize, nameof(data));
        (bitmap, data) = (bitmap[..bitBytes], data[..BlockSize]);
        if (VhdBlockContent.TryJoin(bitmap, data, out var joined))
        {
            await ReadClearBlockAsync(blockIndex, joined, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            using var clear = StoredBlockBuffers.RentClear();
            await ReadClearBlockAsync(blockIndex, clear.Memory, cancellationToken).ConfigureAwait(false);
            clear.Memory[..bitBytes].CopyTo(bitmap);
            clear.Memory[^BlockSize..].CopyTo(data);
        }

        VhdBlockContent.Normalise(bitmap.Span, data.Span, VirtualSize - ((long)blockIndex * BlockSize));
    }

    /// <summary>
    /// Reads the file of a block as it is, still compressed by <see cref="Codec"/>: what a directory with the same codec can store without a look at it.
    /// </summary>
    /// <param name="blockIndex">A block for which <see cref="IsAllocated"/> is true.</param>
    /// <param name="stored">Receives the bytes; <see cref="MaximumStoredBlockLength"/> are always enough.</param>
    /// <param name="cancellationToken">Stops the read; the content of the buffer is then undefined.</param>
    /// <returns>How many bytes the file has.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The block is not allocated, or <paramref name="stored"/> is shorter than the file.</exception>
    /// <exception cref="CorruptBackupException">
    /// The file is not there (<see cref="ErrorCodes.MissingBlock"/>), or longer than any block of this codec.
    /// </exception>
    public ValueTask<int> ReadStoredBlockAsync(int blockIndex, Memory<byte> stored, CancellationToken cancellationToken = default)
    {
        CheckAllocated(blockIndex);
        return ReadFileAsync(VhdDirectoryLayout.Block(DataPath, blockIndex), blockIndex, stored, cancellationToken);
    }

    /// <summary>Reads the file of a block as the storage holds it, encryption included; its tag is verified.</summary>
    /// <param name="blockIndex">A block for which <see cref="IsAllocated"/> is true.</param>
    /// <param name="stored">Receives the bytes.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <returns>How many bytes the file has; <see langword="null"/> if it is not there, perhaps because a merge has moved it.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    internal async ValueTask<int?> TryReadEncryptedBlockAsync(int blockIndex, Memory<byte> stored, CancellationToken cancellationToken)
    {
        CheckAllocated(blockIndex);
        var path = VhdDirectoryLayout.Block(DataPath, blockIndex);
        long length;
        try
        {
            length = await _remote.ReadAllAsync(path, stored, asStored: true, cancellationToken).ConfigureAwait(false);
        }
        catch (RemoteNotFoundException)
        {
            return null;
        }

        return length <= stored.Length
            ? (int)length
            : throw VhdFormatError.Corrupt(path.Value, $"{Part}: found a file of {length} bytes, expected at most {stored.Length} ({Form}, encrypted).");
    }

    /// <summary>Looks where a block lies, without opening it.</summary>
    /// <param name="blockIndex">A block for which <see cref="IsAllocated"/> is true.</param>
    /// <param name="cancellationToken">Stops the look.</param>
    /// <returns>The whole of its file; <see langword="null"/> if that is not there, or too long for a block, which reading will say.</returns>
    internal async ValueTask<StoredBlockPlace?> FindBlockAsync(int blockIndex, CancellationToken cancellationToken)
    {
        CheckAllocated(blockIndex);
        var path = VhdDirectoryLayout.Block(DataPath, blockIndex);
        return await _remote.StatAsync(path, cancellationToken).ConfigureAwait(false) is { IsFile: true } entry && entry.Length <= MaximumStoredBlockLength
            ? new(path, stop => _remote.OpenReadAsync(path, stop), IsFileShared: false, 0, (int)entry.Length)
            : null;
    }

    /// <summary>Decodes what <see cref="ReadStoredBlockAsync"/> has read.</summary>
    /// <param name="blockIndex">The block.</param>
    /// <param name="stored">Its bytes.</param>
    /// <param name="clear">Receives bitmap and data as <see cref="ReadBlockAsync"/> gives them, the one behind the other.</param>
    /// <returns>False if they are in another compression than <see cref="Codec"/>, so that they must not be passed on as they are.</returns>
    /// <exception cref="CorruptBackupException">They cannot be a block.</exception>
    internal bool TryDecodeBlock(int blockIndex, ReadOnlySpan<byte> stored, Span<byte> clear)
    {
        if (!Decode(stored, clear, blockIndex))
        {
            return false;
        }

        VhdBlockContent.Normalise(clear[..SectorBitmap.BitBytes(BlockSize)], clear[^BlockSize..], VirtualSize - ((long)blockIndex * BlockSize));
        return true;
    }

    /// <summary>Nothing is open: does nothing.</summary>
    /// <returns>A completed task.</returns>
    public ValueTask DisposeAsync() => default;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadClearBlockAsync(int blockIndex, Memory<byte> clear, CancellationToken cancellationToken)
    {
        var file = VhdDirectoryLayout.Block(DataPath, blockIndex);
        using var lease = StoredBlockBuffers.Rent(Codec);
        if (Codec == BlockCodec.None)
        {
            var found = await ReadFileAsync(file, blockIndex, clear, cancellationToken).ConfigureAwait(false);
            if (found == clear.Length && BlockRecognition.IsWhole(clear.Span))
            {
                return;
            }

            clear[..found].CopyTo(lease.Memory);
            if (BlockRecognition.TryDecode(Codec, lease.Memory.Span[..found], clear.Span) is null)
            {
                VhdDirectoryPart.CheckLength(found, clear.Length, Codec, file, Part);
            }

            return;
        }

        var length = await ReadFileAsync(file, blockIndex, lease.Memory, cancellationToken).ConfigureAwait(false);
        Decode(lease.Memory.Span[..length], clear.Span, blockIndex);
    }

    // Whether it is in the compression that the directory says.
    private bool Decode(ReadOnlySpan<byte> stored, Span<byte> clear, int blockIndex)
    {
        if (BlockRecognition.Decodes(Codec, stored, clear))
        {
            return true;
        }

        if (BlockRecognition.TryDecode(Codec, stored, clear) is not null)
        {
            return false;
        }

        // Once more, for what it says of the damage.
        VhdDirectoryPart.DecodeExactly(Codec, stored, clear, VhdDirectoryLayout.Block(DataPath, blockIndex), Part);
        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<int> ReadFileAsync(RemotePath path, int blockIndex, Memory<byte> stored, CancellationToken cancellationToken)
    {
        long length;
        try
        {
            length = await _remote.ReadAllAsync(path, stored[..Math.Min(stored.Length, MaximumStoredBlockLength)], asStored: false, cancellationToken).ConfigureAwait(false);
        }
        catch (RemoteNotFoundException missing)
        {
            return await TryReadMovedAsync(blockIndex, stored, cancellationToken).ConfigureAwait(false) ?? throw new CorruptBackupException(
                $"{path}: block {blockIndex} of {Path} is not there, expected a file because {VhdDirectoryLayout.Bat(DataPath)} counts it.", ErrorCodes.MissingBlock, missing)
            {
                Path = path.Value,
            };
        }

        if (length > MaximumStoredBlockLength)
        {
            throw VhdFormatError.Corrupt(path.Value, $"{Part}: found a file of {length} bytes, expected at most {MaximumStoredBlockLength} ({Form}).");
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(stored.Length, length, nameof(stored));
        return (int)length;
    }

    // A merge that was interrupted, or goes on while we read, may have moved the file; what was known of it may be out of date.
    private async ValueTask<int?> TryReadMovedAsync(int blockIndex, Memory<byte> stored, CancellationToken cancellationToken)
    {
        if (_moved is { } known && await known.TryReadAsync(blockIndex, stored, cancellationToken).ConfigureAwait(false) is { } length)
        {
            return length;
        }

        _moved = await MovedBlocks.FindAsync(_remote, this, cancellationToken).ConfigureAwait(false);
        return _moved is { } found ? await found.TryReadAsync(blockIndex, stored, cancellationToken).ConfigureAwait(false) : null;
    }

    private void CheckAllocated(int blockIndex)
    {
        if (!IsAllocated(blockIndex))
        {
            throw new ArgumentOutOfRangeException(nameof(blockIndex), blockIndex, $"{Name} does not hold this block.");
        }
    }
}
