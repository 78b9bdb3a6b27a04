using System.Collections.Immutable;

namespace MirrorBackup.Repositories;

/// <summary>What a verification found.</summary>
public sealed record VerificationReport
{
    /// <summary>All findings, by VM.</summary>
    public required ImmutableArray<VerificationFinding> Findings { get; init; }

    /// <summary>How many VMs were looked at.</summary>
    public int VmCount { get; init; }

    /// <summary>How many restore points are listed.</summary>
    public int PointCount { get; init; }

    /// <summary>How many of them were read whole without an error.</summary>
    public int IntactPointCount { get; init; }

    /// <summary>How many bytes of disks and archives were read.</summary>
    public long BytesRead { get; init; }

    /// <summary>Whether there is no error among the findings.</summary>
    public bool IsHealthy => Findings.All(static finding => finding.Severity != FindingSeverity.Error);
}
