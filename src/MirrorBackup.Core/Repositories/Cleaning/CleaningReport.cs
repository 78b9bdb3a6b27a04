using System.Collections.Immutable;

namespace MirrorBackup.Repositories.Cleaning;

/// <summary>What a cleaning found and did.</summary>
public sealed record CleaningReport
{
    /// <summary>All findings, by VM; of one VM, what was dealt with in the order of the work, then the rest by path.</summary>
    public required ImmutableArray<CleaningFinding> Findings { get; init; }

    /// <summary>How many VMs were looked at.</summary>
    public int VmCount { get; init; }

    /// <summary>Where things were moved to, relative to the root of the remote; <see langword="null"/> if nothing was.</summary>
    public string? Quarantine { get; init; }

    /// <summary>How many bytes were deleted or moved to the quarantine, as far as the findings tell.</summary>
    public long RemovedBytes => Findings
        .Where(static finding => finding.Action is CleaningAction.Deleted or CleaningAction.Quarantined)
        .Sum(static finding => finding.Bytes);

    /// <summary>Whether nothing is left to be done: <see cref="CleaningFinding.IsSettled"/> for every finding.</summary>
    public bool IsClean => Findings.All(static finding => finding.IsSettled);
}
