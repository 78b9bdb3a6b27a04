using MirrorBackup.Remotes;

namespace MirrorBackup.Testing.Simulation;

/// <summary>A directory: the names that readers see, and those that every crash leaves.</summary>
internal sealed class SimulatedDirectory(ulong number, DateTimeOffset lastModified) : SimulatedNode(number, lastModified)
{
    public override RemoteEntryKind Kind => RemoteEntryKind.Directory;

    public SortedDictionary<string, SimulatedNode> Names { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, SimulatedNode> DurableNames { get; } = new(StringComparer.Ordinal);
}
