using System.Collections.Immutable;

namespace MirrorBackup.Mirroring;

/// <summary>What a step has moved so far.</summary>
internal sealed class StepWork
{
    public long BytesRead { get; set; }

    public long BytesWritten { get; set; }

    public ImmutableArray<SentDisk> Disks { get; set; } = [];
}
