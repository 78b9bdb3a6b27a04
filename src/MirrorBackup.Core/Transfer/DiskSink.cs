using MirrorBackup.Disks;

namespace MirrorBackup.Transfer;

/// <summary>Feeds a disk writer.</summary>
internal sealed class DiskSink(IVirtualDisk source, CopyTarget<IDiskWriter> target) : IFanOutSink
{
    private IDiskWriter? _writer;
    private int _blocks;

    public async ValueTask OpenAsync(CancellationToken cancellationToken)
    {
        _writer = await target.Open(cancellationToken).ConfigureAwait(false);
        if (_writer.BlockSize != source.BlockSize || !_writer.Blocks.SequenceEqual(source.AllocatedBlocks))
        {
            throw new InvalidOperationException(
                $"\"{_writer.Name}\" announced {_writer.Blocks.Count} blocks of {_writer.BlockSize} bytes, " +
                $"which are not the {source.AllocatedBlocks.Count} blocks of {source.BlockSize} bytes of \"{source.Name}\".");
        }
    }

    public int MaximumOverlap => _writer!.MaximumOverlap;

    public async ValueTask<long> WriteAsync(BlockLease block, CancellationToken cancellationToken)
    {
        await _writer!.WriteBlockAsync(block.Index, block.Data, cancellationToken).ConfigureAwait(false);
        Interlocked.Increment(ref _blocks);
        return block.Length;
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

    public ValueTask DisposeAsync() => _writer?.DisposeAsync() ?? ValueTask.CompletedTask;
}
