using System.Runtime.CompilerServices;
using MirrorBackup.Disks;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Transfer;

/// <summary>Feeds a disk writer.</summary>
/// <param name="source">The disk.</param>
/// <param name="blocks">Its blocks, in the order in which they come.</param>
/// <param name="target">The target.</param>
internal sealed class DiskSink(IVirtualDisk source, IReadOnlyList<int> blocks, CopyTarget<IDiskWriter> target) : IFanOutSink
{
    private IDiskWriter? _writer;
    private int _blocks;

    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        _writer = await target.Open(cancellationToken).ConfigureAwait(false);
        if (_writer.BlockSize != source.BlockSize || !_writer.Blocks.SequenceEqual(blocks))
        {
            throw new InvalidOperationException(
                $"\"{_writer.Name}\" announced {_writer.Blocks.Count} blocks of {_writer.BlockSize} bytes, " +
                $"which are not the {source.AllocatedBlocks.Count} blocks of {source.BlockSize} bytes of \"{source.Name}\".");
        }
    }

    public int MaximumOverlap => _writer!.MaximumOverlap;

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<long> WriteAsync(BlockLease block, CancellationToken cancellationToken)
    {
        var copied = block.Unread is { } unread ? await TryCopyAsync(block, unread, cancellationToken).ConfigureAwait(false) : null;
        var stored = copied ?? (_writer is VhdDirectoryWriter directory
            ? await StoreAsync(directory, block, cancellationToken).ConfigureAwait(false)
            : await StoreAsync(block, cancellationToken).ConfigureAwait(false));
        Interlocked.Increment(ref _blocks);
        return stored;
    }

    public async ValueTask<long> CommitAsync(CancellationToken cancellationToken)
    {
        if (_blocks != source.AllocatedBlocks.Count)
        {
            throw new InvalidOperationException($"\"{target.Name}\" got {_blocks} blocks of the {source.AllocatedBlocks.Count} of \"{source.Name}\".");
        }

        if (target.BeforeCommit is { } beforeCommit)
        {
            await beforeCommit(cancellationToken).ConfigureAwait(false);
        }

        return await _writer!.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    // Blocks that were made durable are worth keeping if the next attempt sends the same; not where the content is in doubt, nor where they are what is in the way.
    public void Fail(Exception reason)
    {
        if (reason is not (IntegrityException or CorruptBackupException or UnsupportedBackupException or RemoteFullException))
        {
            (_writer as VhdDirectoryWriter)?.Suspend();
        }
    }

    public ValueTask DisposeAsync() => _writer?.DisposeAsync() ?? ValueTask.CompletedTask;

    // Bytes stored, or null if the block was read, and is to be written.
    private async ValueTask<long?> TryCopyAsync(BlockLease block, UnreadBlock unread, CancellationToken cancellationToken)
    {
        switch (_writer)
        {
            case VhdDirectoryWriter directory when !directory.MayHold(block.Index)
                && await unread.TryCopyAsync((file, stop) => directory.TryCopyBlockAsync(block.Index, file, unread.Length, stop), cancellationToken).ConfigureAwait(false):
                return unread.Length;
            case VhdFileWriter writer
                when await unread.TryCopyAsync((file, stop) => writer.TryCopyBlockAsync(block.Index, file, unread.Offset, stop), cancellationToken).ConfigureAwait(false):
                return block.Length;
            default:
                await unread.EnsureReadAsync(cancellationToken).ConfigureAwait(false);
                return null;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private async ValueTask<long> StoreAsync(BlockLease block, CancellationToken cancellationToken)
    {
        if (_writer is VhdFileWriter file)
        {
            await file.WriteWholeBlockAsync(block.Index, block.Whole, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            await _writer!.WriteBlockAsync(block.Index, block.Data, cancellationToken).ConfigureAwait(false);
        }

        return block.Length;
    }

    // Compressed once for all targets of the same codec.
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<long> StoreAsync(VhdDirectoryWriter directory, BlockLease block, CancellationToken cancellationToken)
    {
        if (!block.IsDecoded)
        {
            return await PassOnAsync(directory, block.Index, block.Stored!, cancellationToken).ConfigureAwait(false);
        }

        if (await directory.TryKeepBlockAsync(block.Index, block.Whole, cancellationToken).ConfigureAwait(false))
        {
            return 0;
        }

        var stored = await block.EncodeAsync(directory.Codec).ConfigureAwait(false);
        await directory.WriteStoredBlockAsync(block.Index, stored, asStored: false, cancellationToken).ConfigureAwait(false);
        return stored.Length;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<long> PassOnAsync(VhdDirectoryWriter directory, int index, StoredBlock block, CancellationToken cancellationToken)
    {
        if (block.Codec != directory.Codec)
        {
            throw new InvalidOperationException($"Block {index} was not decoded, and \"{directory.Name}\" stores {directory.Codec}, not {block.Codec}.");
        }

        if (await directory.TryKeepStoredBlockAsync(index, block.Bytes, block.IsEncrypted, cancellationToken).ConfigureAwait(false))
        {
            return 0;
        }

        await directory.WriteStoredBlockAsync(index, block.Bytes, block.IsEncrypted, cancellationToken).ConfigureAwait(false);
        return block.Length;
    }
}
