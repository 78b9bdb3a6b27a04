using System.Collections.Immutable;

namespace MirrorBackup.Mirroring;

/// <summary>What a run did: data to print, store or send.</summary>
public sealed record MirrorReport
{
    /// <summary>The name of the job.</summary>
    public required string JobName { get; init; }

    /// <summary>The id of the job, as in the metadata that it writes.</summary>
    public required string JobId { get; init; }

    /// <summary>The mode of the job: <c>full</c> or <c>incremental</c>.</summary>
    public required string Mode { get; init; }

    /// <summary>When the run began.</summary>
    public required DateTimeOffset Started { get; init; }

    /// <summary>How long it took.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>How it ended: the worst of its VMs.</summary>
    public required MirrorOutcome Outcome { get; init; }

    /// <summary>The VMs, in the order of their ids.</summary>
    public ImmutableArray<VmReport> Vms { get; init; } = [];

    /// <summary>Bytes read from the source; what served several destinations is counted once.</summary>
    public long BytesRead { get; init; }

    /// <summary>Bytes written to all destinations together.</summary>
    public long BytesWritten { get; init; }

    /// <summary>Whether everything that the job asks for is there: neither a failure nor a conflict.</summary>
    public bool IsSuccess => Outcome is MirrorOutcome.Succeeded or MirrorOutcome.UpToDate or MirrorOutcome.Excluded or MirrorOutcome.ModeMismatch;
}
