using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Why a step is in a plan, and what that rests on.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Text">The same in words, without a name of a point.</param>
/// <param name="Cause">The point that made the step necessary, such as the newest point in common, or the transfer that made another point surplus.</param>
public sealed record StepReason(StepReasonKind Kind, string Text, PointId? Cause = null);
