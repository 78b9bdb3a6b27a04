using System.Runtime.CompilerServices;
using MirrorBackup.Backups;
using MirrorBackup.Disks;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Transfer;

/// <summary>
/// Reads the blocks of VHD directories in the way they are stored, for targets that store them in the same way: each from the revision that holds its
/// youngest version. Blocks that turn out not to be whole are left to the decoded way. Thread-safe.
/// </summary>
internal sealed class StoredBlockReader
{
    private readonly BlockHolders<VhdDirectory> _holders;
    private readonly StoredReading _reading;
    private readonly bool _decodes;
    private readonly IReadOnlySet<int> _leftOut;
    private readonly Lock _lock = new();
    private readonly HashSet<int> _takenApart = [];

    private StoredBlockReader(IEnumerable<VhdDirectory> oldestFirst, StoredReading reading, bool decodes, IReadOnlySet<int> leftOut) =>
        (_holders, _reading, _decodes, _leftOut) = (new(oldestFirst), reading, decodes, leftOut);

    /// <summary>What travels.</summary>
    public StoredReading Reading => _reading;

    /// <summary>Whether each block is decoded, too: because a target needs it, or as a check.</summary>
    public bool Decodes => _decodes;

    /// <summary>Whether somebody wants the decoded content; otherwise it has served as a check, and goes once it was hashed.</summary>
    public bool KeepsDecoded { get; private init; }

    /// <summary>The blocks, so far, that could not be passed on as they are.</summary>
    public IReadOnlySet<int> TakenApart
    {
        get
        {
            lock (_lock)
            {
                return new HashSet<int>(_takenApart);
            }
        }
    }

    /// <summary>The codec of revisions that can be read in this way.</summary>
    /// <param name="disks">Revisions.</param>
    /// <returns>The codec that all of them have; <see langword="null"/> if they are not VHD directories of one codec.</returns>
    public static BlockCodec? CommonCodec(IReadOnlyList<IVirtualDisk> disks)
    {
        BlockCodec? codec = null;
        foreach (var disk in disks)
        {
            if (disk is not VhdDirectory directory || (codec ?? directory.Codec) != directory.Codec)
            {
                return null;
            }

            codec = directory.Codec;
        }

        return codec;
    }

    /// <summary>Prepares the reading of a revision, or of several as one.</summary>
    /// <param name="oldestFirst">VHD directories of one codec; stay the caller's.</param>
    /// <param name="reading">What travels.</param>
    /// <param name="decodes">Whether each block is to be decoded, too; not together with <see cref="StoredReading.Encrypted"/>.</param>
    /// <param name="keepsDecoded">Whether some target needs the decoded content.</param>
    /// <returns>The reader.</returns>
    public static StoredBlockReader Create(IReadOnlyList<IVirtualDisk> oldestFirst, StoredReading reading, bool decodes, bool keepsDecoded = false)
    {
        if (decodes && reading == StoredReading.Encrypted)
        {
            throw new ArgumentException("What is read encrypted cannot be decoded.", nameof(decodes));
        }

        return new StoredBlockReader(oldestFirst.Cast<VhdDirectory>(), reading, decodes, new HashSet<int>()) { KeepsDecoded = keepsDecoded };
    }

    /// <summary>Prepares the reading of a copy in the way in which it was made.</summary>
    /// <param name="copy">The copy, a VHD directory.</param>
    /// <param name="digest">How it was made.</param>
    /// <returns>The reader: its digest is the same if the copy is.</returns>
    public static StoredBlockReader Like(IVirtualDisk copy, TravelDigest digest) =>
        new([(VhdDirectory)copy], digest.Reading, decodes: false, digest.TakenApart);

    /// <summary>Reads a block into a lease.</summary>
    /// <param name="lease">Its index says which block.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    /// <returns>False if the block has to be read the decoded way.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<bool> TryReadAsync(BlockLease lease, CancellationToken cancellationToken)
    {
        if (_leftOut.Contains(lease.Index) || _holders.HolderOf(lease.Index) is not { } holder)
        {
            return TakeApart(lease.Index);
        }

        var room = _reading == StoredReading.Encrypted ? StoredBlockBuffers.RentEncrypted(holder.Codec) : StoredBlockBuffers.Rent(holder.Codec);
        var isTaken = false;
        try
        {
            isTaken = _reading == StoredReading.Encrypted
                ? await TryReadEncryptedAsync(holder, lease, room, cancellationToken).ConfigureAwait(false)
                : await TryReadEncodedAsync(holder, lease, room, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!isTaken)
            {
                room.Dispose();
            }
        }

        return isTaken || TakeApart(lease.Index);
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<bool> TryReadEncryptedAsync(VhdDirectory holder, BlockLease lease, BlockBuffers.Lease room, CancellationToken cancellationToken)
    {
        if (!holder.HasOnlyWholeBlocks
            || await holder.TryReadEncryptedBlockAsync(lease.Index, room.Memory, cancellationToken).ConfigureAwait(false) is not { } length)
        {
            return false;
        }

        lease.Adopt(new StoredBlock(holder.Codec, room, length, IsEncrypted: true), isDecoded: false);
        return true;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<bool> TryReadEncodedAsync(VhdDirectory holder, BlockLease lease, BlockBuffers.Lease room, CancellationToken cancellationToken)
    {
        var length = await holder.ReadStoredBlockAsync(lease.Index, room.Memory, cancellationToken).ConfigureAwait(false);
        var isDecoded = _decodes || !holder.HasOnlyWholeBlocks;
        if (isDecoded)
        {
            if (!holder.TryDecodeBlock(lease.Index, room.Memory.Span[..length], lease.Whole.Span)
                || !SectorBitmap.IsFull(lease.Bitmap.Span, holder.BlockSize / SectorBitmap.SectorSize))
            {
                return false;
            }
        }

        lease.Adopt(new StoredBlock(holder.Codec, room, length, IsEncrypted: false), isDecoded);
        return true;
    }

    private bool TakeApart(int block)
    {
        lock (_lock)
        {
            _takenApart.Add(block);
        }

        return false;
    }
}
