using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>One thing to do at one destination. The kinds are closed: those of this file's neighbours, and no others.</summary>
public abstract record MirrorStep
{
    private protected MirrorStep()
    {
    }

    /// <summary>Why it is done.</summary>
    public required StepReason Reason { get; init; }

    /// <summary>The forecast of the bytes that the step writes or, for <see cref="DeleteStep"/>, frees; 0 where it moves no data.</summary>
    public long ByteCount { get; init; }
}
