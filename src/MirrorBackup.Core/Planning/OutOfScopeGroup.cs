namespace MirrorBackup.Planning;

/// <summary>Points of a destination that the retention does not count.</summary>
/// <param name="JobId">The job that wrote them.</param>
/// <param name="ScheduleId">Its schedule.</param>
/// <param name="Count">How many there are.</param>
public sealed record OutOfScopeGroup(string JobId, string ScheduleId, int Count);
