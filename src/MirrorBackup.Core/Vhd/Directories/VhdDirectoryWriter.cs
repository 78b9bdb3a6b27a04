using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Runtime.CompilerServices;
using MirrorBackup.Backups;
using MirrorBackup.Codecs;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Vhd.Directories;

/// <summary>
/// Writes a revision as a VHD directory: blocks side by side, then footer, header and <c>bat</c>, one flush, a look at the result, and last the alias, which
/// makes it visible (<c>docs/vhd.md</c>).
/// </summary>
/// <remarks>
/// The directory is never one that an alias claims, whatever its name, and holds nothing of another attempt. Disposing without completing removes it,
/// as far as the lock is still held and the storage answers.
/// </remarks>
public sealed partial class VhdDirectoryWriter : IDiskWriter
{
    private readonly IRemote _remote;
    private readonly VhdDirectoryWriteOptions _options;
    private readonly VhdHead _head;
    private readonly BlockSet _announced;
    private readonly BlockSet _begun;
    private readonly StagedBlocks _staged;
    private readonly RemotePath? _former;
    private long _bytes;
    private bool _isUsable = true;
    private bool _mayBeVisible;
    private bool _isComplete;
    private bool _isSuspended;
    private bool _isDisposed;

    private VhdDirectoryWriter(
        IRemote remote, RemotePath alias, RemotePath? former, VhdHead head, int[] blocks, BlockSet announced, VhdDirectoryWriteOptions options, RemotePath dataPath, StagedBlocks staged)
    {
        (_remote, Path, _former, _head, _announced, _options, DataPath, _staged) = (remote, alias, former, head, announced, options, dataPath, staged);
        Blocks = Array.AsReadOnly(blocks);
        _begun = new BlockSet(head.Header.MaximumTableEntries);
    }

    /// <summary>The alias.</summary>
    public RemotePath Path { get; }

    /// <inheritdoc/>
    public string Name => Path.ToString();

    /// <inheritdoc/>
    public int BlockSize => VhdHeader.UsualBlockSize;

    /// <inheritdoc/>
    public IReadOnlyList<int> Blocks { get; }

    /// <inheritdoc/>
    public int MaximumOverlap => _options.MaximumOverlap;

    /// <summary>How blocks are compressed.</summary>
    public BlockCodec Codec => _options.Codec;

    /// <summary>The directory.</summary>
    public RemotePath DataPath { get; }

    /// <summary>Begins a directory. Nothing leads to it before <see cref="CompleteAsync"/>.</summary>
    /// <param name="remote">Where it will lie.</param>
    /// <param name="alias">The alias, <c>*.alias.vhd</c>; one that is there is replaced, and what it led to is removed, when the new one is complete.</param>
    /// <param name="disk">The revision; <see cref="DiskIdentity.ParentName"/> is normally the name of the parent's alias in the same folder.</param>
    /// <param name="blocks">The blocks that it will hold, each once, in any order.</param>
    /// <param name="options">Timestamp and codec.</param>
    /// <param name="cancellationToken">Stops the call, not the writer that it returns.</param>
    /// <returns>The writer, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The alias, the announced blocks or the parent make no sense.</exception>
    /// <exception cref="UnsupportedBackupException">A VHD cannot hold the revision.</exception>
    public static async ValueTask<VhdDirectoryWriter> CreateAsync(
        IRemote remote,
        RemotePath alias,
        DiskIdentity disk,
        IReadOnlyList<int> blocks,
        VhdDirectoryWriteOptions options,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(remote);
        ArgumentNullException.ThrowIfNull(disk);
        ArgumentNullException.ThrowIfNull(blocks);
        ArgumentNullException.ThrowIfNull(options);
        options.Check();
        _ = VhdAlias.DataPathFor(alias);
        var head = VhdHead.Create(disk, options.Timestamp, options.Geometry);
        var announced = Announce(disk, blocks, head.Header.MaximumTableEntries);
        var transfer = Describe(remote, alias, disk, announced, options);
        var former = await VhdAlias.TryReadAsync(remote, alias, cancellationToken).ConfigureAwait(false);
        var (dataPath, flushed) = await DataPlacement.PrepareAsync(remote, alias, transfer, head.Header.MaximumTableEntries, options, cancellationToken).ConfigureAwait(false);
        var staged = new StagedBlocks(remote, dataPath, transfer, flushed, options.Staging);
        return new VhdDirectoryWriter(remote, alias, former, head, [.. blocks], announced, options, dataPath, staged);
    }

    /// <inheritdoc/>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteBlockAsync(int blockIndex, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default)
    {
        if (data.Length != BlockSize)
        {
            throw new ArgumentException($"A block has {BlockSize} bytes, {data.Length} were given.", nameof(data));
        }

        using var clear = StoredBlockBuffers.RentClear();
        clear.Memory.Span[..^data.Length].Fill(0xFF);
        data.CopyTo(clear.Memory[^data.Length..]);
        if (await TryKeepBlockAsync(blockIndex, clear.Memory, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        using var stored = StoredBlockBuffers.Rent(Codec);
        var length = BlockCompression.Compress(Codec, clear.Memory.Span, stored.Memory.Span);
        await WriteStoredBlockAsync(blockIndex, stored.Memory[..length], asStored: false, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes over a block that an earlier attempt has stored already, if it holds exactly what it has to.</summary>
    /// <param name="blockIndex">A block that was not written yet.</param>
    /// <param name="content">Bitmap of ones and data.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>True if the block is done; otherwise it is still to be written.</returns>
    internal async ValueTask<bool> TryKeepBlockAsync(int blockIndex, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        CheckIsMissing(blockIndex);
        if (!await _staged.TryKeepAsync(blockIndex, content, Codec, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        Take(blockIndex);
        return true;
    }

    /// <summary>Takes over a block that an earlier attempt has stored already, if its file holds exactly these bytes.</summary>
    /// <param name="blockIndex">A block that was not written yet.</param>
    /// <param name="stored">The bytes, as for <see cref="WriteStoredBlockAsync"/>.</param>
    /// <param name="asStored">Likewise.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>True if the block is done; otherwise it is still to be written.</returns>
    internal async ValueTask<bool> TryKeepStoredBlockAsync(int blockIndex, ReadOnlyMemory<byte> stored, bool asStored, CancellationToken cancellationToken)
    {
        CheckIsMissing(blockIndex);
        if (!await _staged.TryKeepStoredAsync(blockIndex, stored, Codec, asStored, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        Take(blockIndex);
        return true;
    }

    /// <summary>Writes a block whose bytes are as the directory stores them: bitmap of ones and data, compressed by <see cref="Codec"/>.</summary>
    /// <param name="blockIndex">A block that was not written yet.</param>
    /// <param name="stored">The bytes; may be reused once the call has ended.</param>
    /// <param name="asStored">Whether they are encrypted already in the way of the remote.</param>
    /// <param name="cancellationToken">Stops the call; the revision can then only be aborted.</param>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    internal async ValueTask WriteStoredBlockAsync(int blockIndex, ReadOnlyMemory<byte> stored, bool asStored, CancellationToken cancellationToken)
    {
        CheckIsMissing(blockIndex);
        Take(blockIndex);
        await WriteAsync(VhdDirectoryLayout.Block(DataPath, blockIndex), stored, cancellationToken, asStored).ConfigureAwait(false);
        await _staged.AddAsync(blockIndex, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Whether an earlier attempt may have stored a block already: then its content has to be known to find out.</summary>
    internal bool MayHold(int blockIndex) => _staged.MayHold(blockIndex);

    /// <summary>Lets the storage copy the file of a block.</summary>
    /// <param name="blockIndex">A block that was not written yet.</param>
    /// <param name="source">Its file at the source, all of it as <see cref="WriteStoredBlockAsync"/> would take it.</param>
    /// <param name="length">Bytes of the file.</param>
    /// <param name="cancellationToken">Stops the call; the revision can then only be aborted.</param>
    /// <returns>Done, or a refusal; then the block is still to be written.</returns>
    internal async ValueTask<RangeCopy> TryCopyBlockAsync(int blockIndex, IRemoteFile source, int length, CancellationToken cancellationToken)
    {
        CheckIsMissing(blockIndex);

        // No length is announced: what both files come to share needs no room.
        var upload = await _remote.CreateAsync(VhdDirectoryLayout.Block(DataPath, blockIndex), new UploadOptions(WriteGrade.Stage), cancellationToken).ConfigureAwait(false);
        await using (upload.ConfigureAwait(false))
        {
            var result = await source.TryCopyToAsync(0, length, upload, cancellationToken).ConfigureAwait(false);
            if (!result.IsDone)
            {
                return result;
            }

            Take(blockIndex);
            await upload.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        Interlocked.Add(ref _bytes, length);
        await _staged.AddAsync(blockIndex, cancellationToken).ConfigureAwait(false);
        return RangeCopy.Done;
    }

    /// <summary>
    /// Says that the transfer is to be resumed: disposing then keeps what the record vouches for. Without a record disposing removes everything as usual.
    /// </summary>
    internal void Suspend() => _isSuspended = true;

    private static BlockSet Announce(DiskIdentity disk, IReadOnlyList<int> blocks, long entries)
    {
        var announced = new BlockSet(entries);
        foreach (var block in blocks)
        {
            if ((uint)block >= entries)
            {
                throw new ArgumentOutOfRangeException(nameof(blocks), block, $"The disk {disk.Id} has the blocks 0 to {entries - 1}.");
            }

            if (!announced.Add(block))
            {
                throw new ArgumentException($"Block {block} of the disk {disk.Id} is announced twice.", nameof(blocks));
            }
        }

        return announced;
    }

    private static StagedTransfer Describe(IRemote remote, RemotePath alias, DiskIdentity disk, BlockSet announced, VhdDirectoryWriteOptions options) => new(
        alias.Value,
        disk.Id.ToString("D"),
        disk.ParentId?.ToString("D"),
        options.Staging?.Source ?? "",
        options.Codec.ToString(),
        remote.Capabilities.EncryptionFingerprint,
        disk.VirtualSize,
        string.Create(CultureInfo.InvariantCulture, $"{XxHash128.HashToUInt128(announced.ToBytes()):x32}/{announced.Count}"));

    private void CheckIsMissing(int blockIndex)
    {
        if (!_isUsable || !_announced.Contains(blockIndex) || _begun.Contains(blockIndex))
        {
            throw new InvalidOperationException(
                !_isUsable ? $"The VHD directory {Name} has ended."
                : _announced.Contains(blockIndex) ? $"Block {blockIndex} of {Name} is written twice."
                : $"Block {blockIndex} of {Name} was not announced.");
        }
    }

    private void Take(int blockIndex)
    {
        if (!_begun.Add(blockIndex))
        {
            throw new InvalidOperationException($"Block {blockIndex} of {Name} is written twice.");
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteAsync(RemotePath path, ReadOnlyMemory<byte> content, CancellationToken cancellationToken, bool asStored = false)
    {
        await _remote.WriteAllAsync(path, content, new WriteOptions(WriteGrade.Stage, AsStored: asStored), cancellationToken).ConfigureAwait(false);
        Interlocked.Add(ref _bytes, content.Length);
    }
}
