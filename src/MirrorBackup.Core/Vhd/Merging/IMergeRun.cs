namespace MirrorBackup.Vhd.Merging;

/// <summary>
/// The steps of one merge, in one of the two forms of storage, called in the order in which they stand here: one of the first three, then the others
/// as far as <see cref="MergeWork"/> says that they are left.
/// </summary>
internal interface IMergeRun : IAsyncDisposable
{
    /// <summary>Checks the members of a new merge and writes its state: from now on it is one that can be resumed.</summary>
    ValueTask BeginAsync(CancellationToken cancellationToken);

    /// <summary>Goes on with the blocks of an interrupted merge; with its progress, if that is proven to be about these very files.</summary>
    ValueTask ContinueAsync(MergeState state, bool trustsProgress, CancellationToken cancellationToken);

    /// <summary>Takes up an interrupted merge whose ancestor is complete.</summary>
    ValueTask TakeUpAsync(MergeState state, MergeWork work, CancellationToken cancellationToken);

    /// <summary>Brings everything that the children hold into the ancestor and makes it the newest revision.</summary>
    ValueTask MergeBlocksAsync(CancellationToken cancellationToken);

    /// <summary>Gives the ancestor, which is complete, the name of the newest child in one step.</summary>
    ValueTask RenameAsync(CancellationToken cancellationToken);

    /// <summary>Removes what is left of the children and, last, the state file.</summary>
    ValueTask<VhdMergeResult> RemoveAsync(CancellationToken cancellationToken);
}
