using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Everything that a plan depends on, the clock included.</summary>
public sealed record MirrorRequest
{
    /// <summary>What the source holds of the VM, in one mode.</summary>
    public required IBackupChain Source { get; init; }

    /// <summary>
    /// How the source is encrypted, as in <see cref="DestinationProfile.EncryptionFingerprint"/>; <see langword="null"/>, the default, if it is not.
    /// </summary>
    public string? SourceEncryptionFingerprint { get; init; }

    /// <summary>The destinations; they do not influence each other.</summary>
    public required ImmutableArray<DestinationRequest> Destinations { get; init; }

    /// <summary>The choices of the job.</summary>
    public PlanningOptions Options { get; init; } = new();

    /// <summary>Which backups take part.</summary>
    public VmFilter Filter { get; init; } = VmFilter.All;

    /// <summary>The instant of planning, against which points from the future are noticed. It takes no part in the fingerprint.</summary>
    public required DateTimeOffset Now { get; init; }
}
