namespace MirrorBackup.Transfer;

/// <summary>Feeds a tap, which stays its owner's.</summary>
internal sealed class TapSink(IStreamTap tap) : IFanOutSink
{
    public ValueTask OpenAsync(CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask<long> WriteAsync(BlockLease block, CancellationToken cancellationToken)
    {
        tap.Append(block.Data.Span);
        return ValueTask.FromResult(0L);
    }

    public ValueTask<long> CommitAsync(CancellationToken cancellationToken) => ValueTask.FromResult(0L);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
