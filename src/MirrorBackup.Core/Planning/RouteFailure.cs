namespace MirrorBackup.Planning;

/// <summary>Why a point cannot be sent. Points that fail for the same reason share one conflict.</summary>
/// <param name="Kind">The kind of conflict.</param>
/// <param name="Cause">What was found and expected, as a sentence without its end; equal for points that belong together.</param>
/// <param name="Path">The file that is the evidence, or <see langword="null"/>.</param>
internal sealed record RouteFailure(PlanConflictKind Kind, string Cause, string? Path = null);
