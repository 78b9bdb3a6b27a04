using System.Collections.Immutable;

namespace MirrorBackup.Backups;

/// <summary>A merge that a state file says has begun and not ended (<c>.&lt;name&gt;.merge.json</c>).</summary>
public sealed record PendingMerge
{
    /// <summary>The state file, relative to the folder of the VM.</summary>
    public required string StatePath { get; init; }

    /// <summary>The <see cref="DiskRevision.Path"/>s that it names: the ancestor first, the newest, whose name survives, last.</summary>
    public required ImmutableArray<string> Paths { get; init; }

    /// <summary>
    /// The revision that is there, at the newest path, once the merge is finished; <see langword="null"/> if it cannot be finished
    /// because what it names is gone or is not what it was: then the state file is a leftover.
    /// </summary>
    public DiskRevision? Survivor { get; init; }

    /// <summary>Whether only the state file, with nothing that it names, is left, so that it can be removed without harm.</summary>
    public bool IsLeftover { get; init; }
}
