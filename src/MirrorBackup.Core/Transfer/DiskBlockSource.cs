using System.Runtime.CompilerServices;
using MirrorBackup.Disks;
using MirrorBackup.Vhd;

namespace MirrorBackup.Transfer;

/// <summary>Reads the blocks of a revision in ascending order and computes its digest on the way.</summary>
internal sealed class DiskBlockSource
{
    private const int SectorBytes = 512;

    private readonly IVirtualDisk _disk;
    private readonly CopyOptions _options;
    private readonly BlockPool _pool;
    private readonly DiskStorageCopy? _storage;

    // Of the pieces that are under way, from the reading of each until it is yielded.
    private readonly ContentHash[] _hashes;

    public DiskBlockSource(IVirtualDisk disk, CopyOptions options)
    {
        _disk = disk;
        _options = options;
        _storage = options.Storage as DiskStorageCopy;
        _hashes = new ContentHash[options.ReadAhead];
        _pool = disk.BlockSize == options.Pool.BlockBytes ? options.Pool : new BlockPool(blockBytes: disk.BlockSize);
    }

    /// <summary>The blocks in the order in which they are yielded.</summary>
    public IReadOnlyList<int> Blocks => _storage?.Order ?? _disk.AllocatedBlocks;

    /// <summary>The digest, once all blocks were yielded; null before, where none is wanted, and where blocks may be unread.</summary>
    public RevisionDigest? Digest { get; private set; }

    public async IAsyncEnumerable<BlockLease> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CheckOrder(_disk.AllocatedBlocks);
        using var digest = _storage is null && _options.Digest is { } algorithm ? new RevisionDigestBuilder(algorithm) : null;
        var pieces = ReadAhead.RunAsync(Blocks.Count, _options.ReadAhead, ReadBlockAsync, cancellationToken);
        var next = 0;
        await foreach (var lease in pieces.ConfigureAwait(false))
        {
            digest?.Append(lease.Index, HashOf(next++));
            _options.Meter?.AddRead(lease.Length);
            yield return lease;
        }

        Digest = digest?.ToDigest();
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<BlockLease> ReadBlockAsync(int piece, CancellationToken cancellationToken)
    {
        var lease = _pool.Rent();
        try
        {
            lease.Index = Blocks[piece];
            if (_storage is { } storage && await storage.FindAsync(lease.Index, cancellationToken).ConfigureAwait(false) is { } place)
            {
                await ThrottleAsync(place.Length, cancellationToken).ConfigureAwait(false);
                LeaveUnread(lease, storage, place);
            }
            else
            {
                var hash = await ReadAsync(lease, isThrottled: false, cancellationToken).ConfigureAwait(false);
                HashOf(piece) = hash;
            }

            return lease;
        }
        catch
        {
            lease.Release();
            throw;
        }
    }

    private ref ContentHash HashOf(int piece) => ref _hashes[piece % _hashes.Length];

    private void LeaveUnread(BlockLease lease, DiskStorageCopy storage, StoredBlockPlace place) =>
        lease.Unread = new UnreadBlock(storage, place, stop => ReadLaterAsync(lease, place, stop));

    // What was looked up before may be another file by now, and nothing else would tell of one that was cut off.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask ReadLaterAsync(BlockLease lease, StoredBlockPlace place, CancellationToken cancellationToken)
    {
        _ = await ReadAsync(lease, isThrottled: true, cancellationToken).ConfigureAwait(false);
        if (lease.Stored is { } stored && stored.Length != place.Length)
        {
            throw new CorruptBackupException(
                $"{place.Path}: block {lease.Index} has {stored.Length} bytes, and had {place.Length} when its copying began.",
                stored.Length < place.Length ? ErrorCodes.Truncated : ErrorCodes.SourceChanged) { Path = place.Path.Value };
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ContentHash> ReadAsync(BlockLease lease, bool isThrottled, CancellationToken cancellationToken)
    {
        if (_options.StoredBlocks is { } stored && await stored.TryReadAsync(lease, cancellationToken).ConfigureAwait(false))
        {
            // How much it is shows only now; those who come next wait for it.
            await ThrottleAsync(isThrottled ? 0 : lease.Stored!.Length, cancellationToken).ConfigureAwait(false);
            var hash = Hash(stored.Decodes ? lease.Data : lease.Stored!.Bytes);
            if (!stored.KeepsDecoded)
            {
                lease.ForgetDecoded();
            }

            return hash;
        }

        await ThrottleAsync(isThrottled ? 0 : _disk.BlockSize, cancellationToken).ConfigureAwait(false);
        return await ReadDecodedAsync(lease, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask ThrottleAsync(int bytes, CancellationToken cancellationToken) =>
        _options.Throttle?.TakeAsync(bytes, cancellationToken) ?? ValueTask.CompletedTask;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<ContentHash> ReadDecodedAsync(BlockLease lease, CancellationToken cancellationToken)
    {
        await _disk.ReadBlockAsync(lease.Index, lease.Bitmap, lease.Data, cancellationToken).ConfigureAwait(false);
        CheckWhole(lease);
        lease.Bitmap.Span.Fill(0xFF);
        return Hash(lease.Data);
    }

    private ContentHash Hash(ReadOnlyMemory<byte> content) =>
        _storage is null && _options.Digest is { } algorithm ? ContentHash.Of(algorithm, content.Span) : default;

    // Writers store whole blocks, with bitmaps of ones. A missing sector is zeros in a key; in a delta it would hide the parent's.
    private void CheckWhole(BlockLease lease)
    {
        if (_disk.ParentId is null)
        {
            return;
        }

        var bits = _disk.BlockSize / SectorBytes;
        var whole = bits / 8;
        var bitmap = lease.Bitmap.Span;
        var rest = (byte)(0xFF << (8 - (bits % 8)));
        if (bitmap[..whole].ContainsAnyExcept((byte)0xFF) || (bits % 8 != 0 && (bitmap[whole] & rest) != rest))
        {
            throw new UnsupportedBackupException(
                $"Block {lease.Index} of \"{_disk.Name}\" holds only some of its sectors; the others must be completed from its parent before it can be copied.");
        }
    }

    private void CheckOrder(IReadOnlyList<int> blocks)
    {
        var previous = -1;
        for (var i = 0; i < blocks.Count; i++)
        {
            if (blocks[i] <= previous)
            {
                throw new CorruptBackupException(
                    $"The allocated blocks of \"{_disk.Name}\" are not in ascending order: block {blocks[i]} follows block {previous}.");
            }

            previous = blocks[i];
        }
    }
}
