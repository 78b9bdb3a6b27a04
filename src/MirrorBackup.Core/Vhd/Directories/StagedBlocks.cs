using MirrorBackup.Backups;
using MirrorBackup.Codecs;
using MirrorBackup.Remotes;

namespace MirrorBackup.Vhd.Directories;

/// <summary>
/// The blocks of a directory that is being written, and the record by which the transfer can be resumed. A block enters the record only after a flush that
/// began when the block was complete, so that a power cut cannot take what the record vouches for. Thread-safe.
/// </summary>
internal sealed class StagedBlocks : IDisposable
{
    private readonly IRemote _remote;
    private readonly RemotePath _dataPath;
    private readonly StagedTransfer _transfer;
    private readonly StagingOptions? _staging;
    private readonly BlockSet _complete;
    private readonly SemaphoreSlim _recording = new(1, 1);

    // What the record of an earlier attempt says is there; null from the moment that it turns out to be wrong.
    private volatile BlockSet? _trusted;
    private volatile bool _hasRecord;
    private int _recordedBlocks;
    private long _recordedAt;

    public StagedBlocks(IRemote remote, RemotePath dataPath, StagedTransfer transfer, BlockSet flushed, StagingOptions? staging)
    {
        (_remote, _dataPath, _transfer, _staging) = (remote, dataPath, transfer, staging);
        _complete = new BlockSet(flushed.ByteLength * 8L);
        _trusted = flushed.Count == 0 ? null : flushed;
        _hasRecord = flushed.Count > 0;
        _recordedAt = staging?.Time.GetTimestamp() ?? 0;
    }

    /// <summary>Whether a record vouches for blocks, so that an aborted transfer can be resumed.</summary>
    public bool HasRecord => _hasRecord;

    /// <summary>How many blocks are there.</summary>
    public int Count => _complete.Count;

    /// <summary>Whether the record of an earlier attempt vouches for a block.</summary>
    public bool MayHold(int block) => _trusted is { } trusted && trusted.Contains(block);

    /// <summary>A block was written.</summary>
    public async ValueTask AddAsync(int block, CancellationToken cancellationToken)
    {
        _complete.Add(block);
        if (_staging is null || !IsDue(_staging) || !await _recording.WaitAsync(0, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        try
        {
            await RecordAsync(_staging, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _recording.Release();
        }
    }

    /// <summary>Looks whether an earlier attempt has stored a block already.</summary>
    /// <param name="block">The block.</param>
    /// <param name="content">What it has to hold: bitmap and data.</param>
    /// <param name="codec">How it is stored.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>True if exactly that is there, durable; then the block is done.</returns>
    public ValueTask<bool> TryKeepAsync(int block, ReadOnlyMemory<byte> content, BlockCodec codec, CancellationToken cancellationToken) =>
        MayHold(block) ? KeepAsync(block, content, codec, cancellationToken) : new(false);

    /// <summary>Likewise, byte by byte.</summary>
    public ValueTask<bool> TryKeepStoredAsync(int block, ReadOnlyMemory<byte> bytes, BlockCodec codec, bool asStored, CancellationToken cancellationToken) =>
        MayHold(block) ? KeepStoredAsync(block, bytes, codec, asStored, cancellationToken) : new(false);

    private ValueTask<bool> KeepAsync(int block, ReadOnlyMemory<byte> content, BlockCodec codec, CancellationToken cancellationToken) => KeepAsync(
        block,
        codec,
        asStored: false,
        BlockCompression.MaximumLength(codec, content.Length),
        stored => Decodes(codec, stored.Span, content.Span),
        cancellationToken);

    private ValueTask<bool> KeepStoredAsync(int block, ReadOnlyMemory<byte> bytes, BlockCodec codec, bool asStored, CancellationToken cancellationToken) =>
        KeepAsync(block, codec, asStored, bytes.Length, stored => stored.Span.SequenceEqual(bytes.Span), cancellationToken);

    private async ValueTask<bool> KeepAsync(
        int block, BlockCodec codec, bool asStored, int limit, Func<ReadOnlyMemory<byte>, bool> holds, CancellationToken cancellationToken)
    {
        if (!await HoldsAsync(block, codec, asStored, limit, holds, cancellationToken).ConfigureAwait(false))
        {
            await DistrustAsync(cancellationToken).ConfigureAwait(false);
            return false;
        }

        await AddAsync(block, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Removes the record: the transfer has ended, or nothing is left to resume.</summary>
    public async ValueTask RemoveRecordAsync(CancellationToken cancellationToken)
    {
        if (_staging is not null)
        {
            await _remote.DeleteAsync(_staging.RecordPath, cancellationToken).ConfigureAwait(false);
            _hasRecord = false;
        }
    }

    public void Dispose() => _recording.Dispose();

    private bool IsDue(StagingOptions staging) =>
        _complete.Count - Volatile.Read(ref _recordedBlocks) >= staging.BlocksPerRecord
        || staging.Time.GetElapsedTime(Volatile.Read(ref _recordedAt)) >= staging.Interval;

    private async ValueTask RecordAsync(StagingOptions staging, CancellationToken cancellationToken)
    {
        var vouched = BlockSet.FromBytes(_complete.ToBytes());
        var count = vouched.Count;
        if (_trusted is { } trusted)
        {
            vouched.Add(trusted);
        }

        await _remote.FlushAsync(_dataPath, cancellationToken).ConfigureAwait(false);
        await StagingRecord.Of(_transfer, _dataPath, vouched).WriteAsync(_remote, staging.RecordPath, cancellationToken).ConfigureAwait(false);
        _hasRecord = true;
        Volatile.Write(ref _recordedBlocks, count);
        Volatile.Write(ref _recordedAt, staging.Time.GetTimestamp());
    }

    // A record that lies once is not believed again. It goes before the block is written anew, so that it never vouches for bytes that no flush has seen.
    private async ValueTask DistrustAsync(CancellationToken cancellationToken)
    {
        await _recording.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            await RemoveRecordAsync(cancellationToken).ConfigureAwait(false);
            _trusted = null;
        }
        finally
        {
            _recording.Release();
        }
    }

    private async ValueTask<bool> HoldsAsync(
        int block, BlockCodec codec, bool asStored, int limit, Func<ReadOnlyMemory<byte>, bool> holds, CancellationToken cancellationToken)
    {
        try
        {
            using var buffer = asStored ? StoredBlockBuffers.RentEncrypted(codec) : StoredBlockBuffers.Rent(codec);
            var length = await _remote.ReadAllAsync(VhdDirectoryLayout.Block(_dataPath, block), buffer.Memory[..limit], asStored, cancellationToken).ConfigureAwait(false);
            return length > 0 && length <= limit && holds(buffer.Memory[..(int)length]);
        }
        catch (Exception error) when (error is RemoteNotFoundException or RemoteConflictException or CorruptBackupException or IntegrityException or InvalidDataException)
        {
            return false;
        }
    }

    private static bool Decodes(BlockCodec codec, ReadOnlySpan<byte> stored, ReadOnlySpan<byte> content)
    {
        if (codec == BlockCodec.None)
        {
            return stored.SequenceEqual(content);
        }

        using var clear = StoredBlockBuffers.RentClear();
        var length = BlockCompression.Decompress(codec, stored, clear.Memory.Span);
        return clear.Memory.Span[..length].SequenceEqual(content);
    }
}
