using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Something that should happen and cannot, with the evidence. The rest of the plan goes on without it.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Message">What was found and what was expected.</param>
public sealed record PlanConflict(PlanConflictKind Kind, string Message)
{
    /// <summary>The points concerned, in order; for a gap those that cannot be sent, from its start to its end.</summary>
    public ImmutableArray<PointId> Points { get; init; } = [];

    /// <summary>The files that are the evidence, relative to the folder of the VM.</summary>
    public ImmutableArray<string> Paths { get; init; } = [];
}
