using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;

namespace MirrorBackup.Transfer;

/// <summary>Cuts a stream into pieces the size of a block.</summary>
internal static class StreamPieces
{
    /// <summary>Reads an open file, several pieces at once.</summary>
    public static IAsyncEnumerable<BlockLease> ReadAsync(IRemoteFile file, CopyOptions options, CancellationToken cancellationToken)
    {
        var pieceBytes = options.Pool.BlockBytes;
        var count = checked((int)((file.Length + pieceBytes - 1) / pieceBytes));
        return Count(
            ReadAhead.RunAsync(count, file.IsSequential ? 1 : options.ReadAhead, (piece, stop) => ReadPieceAsync(file, piece, options, stop), cancellationToken), options);
    }

    /// <summary>Reads a pipe to its end. The pipe is completed by the caller.</summary>
    public static async IAsyncEnumerable<BlockLease> ReadAsync(
        PipeReader reader, CopyOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var index = 0; ; index++)
        {
            var lease = options.Pool.Rent();
            try
            {
                lease.Index = index;
                await FillAsync(reader, lease, cancellationToken).ConfigureAwait(false);
                if (options.Throttle is { } throttle)
                {
                    await throttle.TakeAsync(lease.Length, cancellationToken).ConfigureAwait(false);
                }
            }
            catch
            {
                lease.Release();
                throw;
            }

            if (lease.Length == 0)
            {
                lease.Release();
                yield break;
            }

            options.Meter?.AddRead(lease.Length);
            yield return lease;
        }
    }

    private static async IAsyncEnumerable<BlockLease> Count(IAsyncEnumerable<BlockLease> pieces, CopyOptions options)
    {
        await foreach (var piece in pieces.ConfigureAwait(false))
        {
            options.Meter?.AddRead(piece.Length);
            yield return piece;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    private static async ValueTask<BlockLease> ReadPieceAsync(IRemoteFile file, int piece, CopyOptions options, CancellationToken cancellationToken)
    {
        var offset = (long)piece * options.Pool.BlockBytes;
        var length = (int)Math.Min(options.Pool.BlockBytes, file.Length - offset);
        if (options.Throttle is { } throttle)
        {
            await throttle.TakeAsync(length, cancellationToken).ConfigureAwait(false);
        }

        var lease = options.Pool.Rent();
        try
        {
            lease.Index = piece;
            lease.Length = length;
            if (options.Storage is { IsOn: true } storage)
            {
                LeaveUnread(file, offset, lease, storage);
            }
            else
            {
                await FillAsync(file, offset, lease, cancellationToken).ConfigureAwait(false);
            }

            return lease;
        }
        catch
        {
            lease.Release();
            throw;
        }
    }

    private static void LeaveUnread(IRemoteFile file, long offset, BlockLease lease, StorageCopy storage)
    {
        var place = new StoredBlockPlace(file.Path, _ => new(file), IsFileShared: true, offset, lease.Length);
        lease.Unread = new UnreadBlock(storage, place, stop => FillAsync(file, offset, lease, stop));
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask FillAsync(IRemoteFile file, long offset, BlockLease lease, CancellationToken cancellationToken)
    {
        var read = await file.ReadAsync(offset, lease.Data, cancellationToken).ConfigureAwait(false);
        if (read != lease.Length)
        {
            throw new CorruptBackupException(
                $"\"{file.Path}\" ended at byte {offset + read}; it had {file.Length} bytes when it was opened.", ErrorCodes.Truncated);
        }
    }

    private static async ValueTask FillAsync(PipeReader reader, BlockLease lease, CancellationToken cancellationToken)
    {
        var room = lease.Data;
        var filled = 0;
        while (filled < room.Length)
        {
            var result = await reader.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (result.IsCanceled)
            {
                throw new OperationCanceledException("The reading of the pipe was cancelled.");
            }

            var taken = result.Buffer.Slice(0, Math.Min(result.Buffer.Length, room.Length - filled));
            taken.CopyTo(room.Span[filled..]);
            filled += (int)taken.Length;
            var ended = result.IsCompleted && taken.Length == result.Buffer.Length;
            reader.AdvanceTo(taken.End);
            if (ended)
            {
                break;
            }
        }

        lease.Length = filled;
    }
}
