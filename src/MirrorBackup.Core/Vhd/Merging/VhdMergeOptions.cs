namespace MirrorBackup.Vhd.Merging;

/// <summary>How a merge works together with its caller.</summary>
internal sealed record VhdMergeOptions
{
    /// <summary>Called before each change that cannot be taken back by beginning anew; raises an exception if the lock is lost.</summary>
    public Func<CancellationToken, ValueTask>? EnsureLockHeld { get; init; }

    /// <summary>
    /// Called when the result has its name and the children are gone, before the state file goes: the moment to write the survivor's metadata,
    /// so that a crash before it is noticed by the state that is still there.
    /// </summary>
    public Func<VhdMergeResult, CancellationToken, ValueTask>? BeforeStateRemoval { get; init; }

    /// <summary>Told the bytes of blocks that were copied so far.</summary>
    public IProgress<long>? Progress { get; init; }

    /// <summary>How many blocks are copied between two flushes, each with a record of the progress.</summary>
    /// <value>16 by default: a record costs next to nothing then, and a quarter of the time if made for each block.</value>
    public int BlocksPerRecord { get; init; } = 16;

    /// <summary>How many block files of directories are moved between two records of the progress.</summary>
    public int MovesPerRecord { get; init; } = 512;

    /// <summary>How many block files of directories are moved at once.</summary>
    /// <value>8 by default; at most <see cref="BlockWhereabouts.MostAtOnce"/>.</value>
    public int MovesAtOnce { get; init; } = 8;
}
