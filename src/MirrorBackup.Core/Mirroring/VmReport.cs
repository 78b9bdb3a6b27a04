using System.Collections.Immutable;

namespace MirrorBackup.Mirroring;

/// <summary>What a run did for one VM.</summary>
public sealed record VmReport
{
    /// <summary>The id of the VM.</summary>
    public required string VmId { get; init; }

    /// <summary>The label of the VM in the newest metadata; <see langword="null"/> if none could be read.</summary>
    public string? VmName { get; init; }

    /// <summary>How it ended: the worst of its destinations.</summary>
    public required MirrorOutcome Outcome { get; init; }

    /// <summary>One entry for every destination of the job; empty for a VM that was not worked on.</summary>
    public ImmutableArray<DestinationReport> Destinations { get; init; } = [];

    /// <summary>How often the VM was tried.</summary>
    public int Attempts { get; init; } = 1;

    /// <summary>How long the last attempt took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>What was noticed at the source.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>Why the VM as a whole failed, if it did.</summary>
    public ReportedError? Error { get; init; }
}
