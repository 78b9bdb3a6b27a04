namespace MirrorBackup.Transfer;

/// <summary>
/// What one branch of a <see cref="FanOut"/> does with the blocks. One call at a time but for overlapping writes; disposed last, on every path.
/// </summary>
internal interface IFanOutSink : IAsyncDisposable
{
    /// <summary>Gets ready.</summary>
    ValueTask OpenAsync(CancellationToken cancellationToken);

    /// <summary>How many writes may be under way at once, once opened; with 1, blocks come in order.</summary>
    int MaximumOverlap => 1;

    /// <summary>Takes one block; the lease is released when the call has ended.</summary>
    /// <returns>Bytes stored for it.</returns>
    ValueTask<long> WriteAsync(BlockLease block, CancellationToken cancellationToken);

    /// <summary>Runs once everything was written and the source was verified.</summary>
    /// <returns>Bytes stored in all.</returns>
    ValueTask<long> CommitAsync(CancellationToken cancellationToken);

    /// <summary>Told, before the disposal, why nothing is committed.</summary>
    void Fail(Exception reason)
    {
    }
}
