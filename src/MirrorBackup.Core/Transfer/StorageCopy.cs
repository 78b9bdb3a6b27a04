namespace MirrorBackup.Transfer;

/// <summary>
/// Has the storage copy blocks by itself, from file to file, as long as no target refuses: from then on the rest is read once for all of them. Nobody sees the
/// bytes, so that there is no digest; for copies in which nothing has to be looked at. Thread-safe.
/// </summary>
/// <param name="refused">Told why, once, if a target refuses.</param>
internal class StorageCopy(Action<string>? refused = null)
{
    private string? _refusal;

    /// <summary>Whether nobody has refused so far.</summary>
    public bool IsOn => Volatile.Read(ref _refusal) is null;

    /// <summary>A target cannot.</summary>
    public void Refuse(string reason)
    {
        if (Interlocked.CompareExchange(ref _refusal, reason, null) is null)
        {
            refused?.Invoke(reason);
        }
    }

    /// <summary>A target that lets the source be looked at again when it has everything: what it copied by itself was read later than what was read.</summary>
    public static CopyTarget<TWriter> Verified<TWriter>(CopyTarget<TWriter> target, Func<CancellationToken, ValueTask>? verify)
        where TWriter : IAsyncDisposable => verify is null ? target : target with
        {
            BeforeCommit = async stop =>
            {
                await BlameSourceAsync(verify, stop).ConfigureAwait(false);
                if (target.BeforeCommit is { } beforeCommit)
                {
                    await beforeCommit(stop).ConfigureAwait(false);
                }
            },
        };

    /// <summary>Runs what reads the source on the task of a target.</summary>
    /// <exception cref="SourceReadException">It failed.</exception>
    public static async ValueTask BlameSourceAsync(Func<CancellationToken, ValueTask> read, CancellationToken cancellationToken)
    {
        try
        {
            await read(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new SourceReadException(error);
        }
    }
}
