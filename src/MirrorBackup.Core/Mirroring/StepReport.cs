using System.Collections.Immutable;

namespace MirrorBackup.Mirroring;

/// <summary>What became of one step of a plan.</summary>
public sealed record StepReport
{
    /// <summary>The kind of step, as in the plan's JSON: <c>transfer</c>, <c>merge</c>, ….</summary>
    public required string Kind { get; init; }

    /// <summary>The restore points concerned, by file name: <c>20260105T010000Z</c>.</summary>
    public required ImmutableArray<string> Points { get; init; }

    /// <summary>Why the step was planned, in words.</summary>
    public required string Reason { get; init; }

    /// <summary>How it ended.</summary>
    public required MirrorOutcome Outcome { get; init; }

    /// <summary>Bytes that were read from the source for this step; bytes that serve several destinations are counted for each.</summary>
    public long BytesRead { get; init; }

    /// <summary>Bytes that were written to the destination.</summary>
    public long BytesWritten { get; init; }

    /// <summary>Which way each disk took that was sent whole, an archive included; empty for steps that send nothing.</summary>
    public ImmutableArray<SentDisk> Disks { get; init; } = [];

    /// <summary>How long it took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>Why it failed, if it did.</summary>
    public ReportedError? Error { get; init; }
}
