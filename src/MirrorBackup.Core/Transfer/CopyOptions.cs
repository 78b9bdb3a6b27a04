namespace MirrorBackup.Transfer;

/// <summary>How a copy runs. The defaults hold about eight blocks of 2 MiB in memory per copy.</summary>
public sealed record CopyOptions
{
    /// <summary>Blocks that are read at once, ahead of the writers.</summary>
    /// <value>1 to 64; 4 by default.</value>
    public int ReadAhead { get; init; } = 4;

    /// <summary>Blocks that may wait for one target before the source has to.</summary>
    /// <value>1 to 64; 2 by default: a target that writes several at once has those besides.</value>
    public int QueueLength { get; init; } = 2;

    /// <summary>A limit on the bytes read from the source, usually shared by all copies of a job.</summary>
    /// <value><see langword="null"/> by default: no limit.</value>
    public Throttle? Throttle { get; init; }

    /// <summary>How long a target may take no block while the source waits for it; then it leaves the copy.</summary>
    /// <value>10 minutes by default; <see cref="Timeout.InfiniteTimeSpan"/> for ever.</value>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// How long the copy waits for a target that was told to stop. One that does not, such as a write into a mount that no longer
    /// answers, is left behind: it ends, and lets go of its block, when the operating system lets it.
    /// </summary>
    /// <value>30 seconds by default.</value>
    public TimeSpan StopGrace { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>What the digest of a disk is made with; streams have none.</summary>
    /// <value><see cref="DigestAlgorithm.XxHash128"/> by default; <see langword="null"/>: no digest, and nothing is hashed.</value>
    public DigestAlgorithm? Digest { get; init; } = DigestAlgorithm.XxHash128;

    /// <summary>Counts the bytes.</summary>
    /// <value><see langword="null"/> by default.</value>
    public CopyMeter? Meter { get; init; }

    /// <summary>The clock of the time-outs.</summary>
    /// <value>The system's by default.</value>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    internal BlockPool Pool { get; init; } = BlockPool.Shared;

    /// <summary>Reads blocks as they are stored, of the disk that is copied and for targets that can all take what it gives; null to decode all.</summary>
    internal StoredBlockReader? StoredBlocks { get; init; }

    /// <summary>Has the storage copy by itself; null where the bytes are looked at. A <see cref="DiskStorageCopy"/> for disks.</summary>
    internal StorageCopy? Storage { get; init; }

    internal CopyOptions Check()
    {
        CheckCount(ReadAhead, nameof(ReadAhead));
        CheckCount(QueueLength, nameof(QueueLength));
        ArgumentNullException.ThrowIfNull(TimeProvider);
        return Digest is not { } digest || Enum.IsDefined(digest)
            ? this
            : throw new ArgumentOutOfRangeException(nameof(Digest), digest, $"{digest} is none of the values of {nameof(DigestAlgorithm)}.");
    }

    private static void CheckCount(int value, string name)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(value, 1, name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 64, name);
    }
}
