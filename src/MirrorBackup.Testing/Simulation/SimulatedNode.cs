using MirrorBackup.Remotes;

namespace MirrorBackup.Testing.Simulation;

/// <summary>What has a name on a <see cref="SimulatedDisk"/>.</summary>
internal abstract class SimulatedNode(ulong number, DateTimeOffset lastModified)
{
    public ulong Number { get; } = number;

    public DateTimeOffset LastModified { get; set; } = lastModified;

    public abstract RemoteEntryKind Kind { get; }
}
