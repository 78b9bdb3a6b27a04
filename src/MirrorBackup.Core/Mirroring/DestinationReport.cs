using System.Collections.Immutable;

namespace MirrorBackup.Mirroring;

/// <summary>What a run did for one VM on one destination.</summary>
public sealed record DestinationReport
{
    /// <summary>The name of the destination in the job.</summary>
    public required string Name { get; init; }

    /// <summary>How it ended.</summary>
    public required MirrorOutcome Outcome { get; init; }

    /// <summary>The chain before the run, in letters; <see langword="null"/> if it could not be read.</summary>
    public string? Before { get; init; }

    /// <summary>The chain that the plan announced, in letters; <see langword="null"/> without a plan.</summary>
    public string? Planned { get; init; }

    /// <summary>Every step that was planned, in order, with what became of it.</summary>
    public ImmutableArray<StepReport> Steps { get; init; } = [];

    /// <summary>What the plan could not do, in words.</summary>
    public ImmutableArray<string> Conflicts { get; init; } = [];

    /// <summary>What was noticed and did no harm.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    /// <summary>The content check of the last transferred restore point; <see langword="null"/> if it was not asked for or nothing was transferred.</summary>
    public HealthCheckReport? HealthCheck { get; init; }

    /// <summary>Bytes read from the source for this destination.</summary>
    public long BytesRead => Steps.Sum(static step => step.BytesRead);

    /// <summary>Bytes written to this destination.</summary>
    public long BytesWritten => Steps.Sum(static step => step.BytesWritten);

    /// <summary>From the start of the VM to the end of the last step here.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Why the destination left the run of this VM, if it did.</summary>
    public ReportedError? Error { get; init; }
}
