using System.Collections.Immutable;

namespace MirrorBackup.Mirroring;

/// <summary>What a step has moved so far.</summary>
internal sealed class StepWork
{
    /// <summary>When it began, as a timestamp of the job's clock: what is sent in a round has begun before its step ends at each destination.</summary>
    public required long Started { get; set; }

    public long BytesRead { get; set; }

    public long BytesWritten { get; set; }

    public ImmutableArray<SentDisk> Disks { get; set; } = [];
}
