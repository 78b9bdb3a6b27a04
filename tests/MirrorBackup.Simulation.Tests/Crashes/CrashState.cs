using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.Crashes;

/// <summary>A disk as a crash left it.</summary>
/// <param name="Disk">The disk.</param>
/// <param name="When">Before which operation of which run, and what survived.</param>
internal sealed record CrashState(SimulatedDisk Disk, string When);
