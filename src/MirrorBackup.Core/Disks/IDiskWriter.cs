namespace MirrorBackup.Disks;

/// <summary>
/// A disk revision that is being written, block by block. What it will hold was announced when it was made, so that its length is known
/// before the first byte.
/// </summary>
/// <remarks>
/// Each of <see cref="Blocks"/> comes once; then <see cref="CompleteAsync"/>, then disposal. One call at a time, the blocks in their order, unless
/// <see cref="MaximumOverlap"/> allows more: then calls of <see cref="WriteBlockAsync"/> may overlap and come in any order, all others may not. Disposing without a completed <see cref="CompleteAsync"/> aborts: nothing of the revision is left, as far as the storage still answers.
/// After a failed or cancelled call only disposal is allowed. Disposing twice is fine.
/// </remarks>
public interface IDiskWriter : IAsyncDisposable
{
    /// <summary>Where the revision will lie, for messages.</summary>
    string Name { get; }

    /// <summary>Bytes of data per block; every block is written whole.</summary>
    int BlockSize { get; }

    /// <summary>The announced blocks, in the order in which they must be written where <see cref="MaximumOverlap"/> is 1.</summary>
    IReadOnlyList<int> Blocks { get; }

    /// <summary>How many calls of <see cref="WriteBlockAsync"/> may be under way at once; with more than one, blocks may come in any order.</summary>
    /// <value>From 1, the default: each block follows the one before it. Does not change.</value>
    int MaximumOverlap => 1;

    /// <summary>Writes a block, all of its sectors.</summary>
    /// <param name="blockIndex">The next of <see cref="Blocks"/>; one that was not written yet, where calls may overlap. Passed so that a block can never be stored under another's index.</param>
    /// <param name="data">Exactly <see cref="BlockSize"/> bytes; zeros beyond the end of the disk. May be reused once the call has ended.</param>
    /// <param name="cancellationToken">Stops the call; the revision can then only be aborted.</param>
    /// <exception cref="InvalidOperationException">Not the next announced block, or not one that is missing, or the writer has ended.</exception>
    /// <exception cref="ArgumentException"><paramref name="data"/> has another length.</exception>
    ValueTask WriteBlockAsync(int blockIndex, ReadOnlyMemory<byte> data, CancellationToken cancellationToken = default);

    /// <summary>Ends the revision and makes it visible, durable in the grade that was asked for when the writer was made.</summary>
    /// <param name="cancellationToken">Stops the call; nothing is visible then, unless the storage had already done it.</param>
    /// <returns>How many bytes were stored.</returns>
    /// <exception cref="InvalidOperationException">Announced blocks are missing, or the writer has ended.</exception>
    ValueTask<long> CompleteAsync(CancellationToken cancellationToken = default);
}
