using MirrorBackup.Remotes;
using MirrorBackup.Testing;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.Disk;

/// <summary>On the simulated disk the local remote keeps all its promises, so that what is found there holds on a real one.</summary>
public sealed class SimulatedDiskConformanceTests : RemoteConformanceTests
{
    protected override ValueTask<IRemote> CreateRemoteAsync() =>
        ValueTask.FromResult<IRemote>(LocalRemote.Open(new SimulatedDisk().OpenFiles(RemotePath.Root), new LocalRemoteOptions { Name = "simulated" }));
}
