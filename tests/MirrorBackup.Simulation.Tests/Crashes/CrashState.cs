using MirrorBackup.Remotes;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.Crashes;

/// <summary>A disk as a crash left it.</summary>
/// <param name="Disk">The disk.</param>
/// <param name="When">Before which operation of which run, and what survived.</param>
/// <param name="BetweenFooters">The files of which every crash that leaves this disk comes between the two footers.</param>
internal sealed record CrashState(SimulatedDisk Disk, string When, HashSet<RemotePath> BetweenFooters);
