using System.Collections.Immutable;

namespace MirrorBackup.Retention;

/// <summary>What a policy says about one point.</summary>
/// <param name="Timestamp">The instant of the point in ms.</param>
/// <param name="IsKept">Whether at least one rule keeps it.</param>
/// <param name="Reasons">Why: <c>one of the last 3</c>, <c>weekly 2025-03</c>; for a point that goes, the one reason that no rule keeps it.</param>
public readonly record struct RetentionVerdict(long Timestamp, bool IsKept, ImmutableArray<string> Reasons);
