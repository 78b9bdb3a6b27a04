namespace MirrorBackup.Mirroring;

/// <summary>A VM for which a run had nothing to do.</summary>
/// <param name="State">The hash of what both folders looked like then, and of all settings that a plan depends on.</param>
/// <param name="Name">The name of the VM.</param>
/// <param name="Letters">What the destination lists, in letters, for the report.</param>
internal sealed record SettledVm(string State, string? Name, string Letters);
