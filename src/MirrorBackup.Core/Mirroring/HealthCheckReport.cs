namespace MirrorBackup.Mirroring;

/// <summary>The check of the last restore point that a run transferred: it was read back from the destination, whole.</summary>
/// <param name="Point">The restore point, by file name.</param>
/// <param name="Outcome"><see cref="MirrorOutcome.Succeeded"/> if its content is what the source holds.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Error">What was wrong, if anything was.</param>
public sealed record HealthCheckReport(string Point, MirrorOutcome Outcome, TimeSpan Duration, ReportedError? Error);
