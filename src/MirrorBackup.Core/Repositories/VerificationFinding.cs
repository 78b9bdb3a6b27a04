namespace MirrorBackup.Repositories;

/// <summary>Something that a verification found.</summary>
/// <param name="Severity">How much it matters.</param>
/// <param name="Kind">What kind it is.</param>
/// <param name="Vm">The VM.</param>
/// <param name="Path">The file, relative to the folder of the VM; empty for the folder itself.</param>
/// <param name="Message">What was found and what was expected.</param>
public sealed record VerificationFinding(FindingSeverity Severity, FindingKind Kind, string Vm, string Path, string Message);
