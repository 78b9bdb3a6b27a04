namespace MirrorBackup.Transfer;

/// <summary>One of the places that a copy goes to.</summary>
/// <typeparam name="TWriter">What takes the content: an <c>IDiskWriter</c> or an <c>IUpload</c>.</typeparam>
/// <param name="Name">What it is called in messages and results.</param>
/// <param name="Open">
/// Makes the writer. Runs on the target's own task, so that a slow one holds up nobody before its queue is full. The copy disposes the writer.
/// </param>
public sealed record CopyTarget<TWriter>(string Name, Func<CancellationToken, ValueTask<TWriter>> Open)
    where TWriter : IAsyncDisposable
{
    /// <summary>
    /// Runs when all content is written and verified, immediately before it is made visible: the moment to check that a lock is still
    /// held. Raising an exception aborts this target alone.
    /// </summary>
    public Func<CancellationToken, ValueTask>? BeforeCommit { get; init; }

    /// <summary>Stops this target alone; for instance the token of a lock that is lost.</summary>
    public CancellationToken Stop { get; init; }
}
