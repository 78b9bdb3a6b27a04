using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Something worth to be known about a plan.</summary>
/// <param name="Kind">What.</param>
/// <param name="Message">The same in words.</param>
/// <param name="Point">The point concerned, if it is one.</param>
public sealed record PlanWarning(PlanWarningKind Kind, string Message, PointId? Point = null);
