namespace MirrorBackup.Transfer;

/// <summary>What one branch of a <see cref="FanOut"/> does with the blocks. One call at a time; disposed last, on every path.</summary>
internal interface IFanOutSink : IAsyncDisposable
{
    /// <summary>Gets ready.</summary>
    ValueTask OpenAsync(CancellationToken cancellationToken);

    /// <summary>Takes one block; the lease is released when the call has ended.</summary>
    ValueTask WriteAsync(BlockLease block, CancellationToken cancellationToken);

    /// <summary>Runs once everything was written and the source was verified.</summary>
    /// <returns>Bytes stored.</returns>
    ValueTask<long> CommitAsync(CancellationToken cancellationToken);
}
