namespace MirrorBackup.Testing.Simulation;

/// <summary>What a crash leaves of a tree.</summary>
internal sealed class CrashSurvivors
{
    private readonly CrashOutcome _outcome;
    private readonly Random? _chance;
    private readonly Dictionary<SimulatedDirectory, Dictionary<string, SimulatedNode>> _names = [];

    public CrashSurvivors(CrashOutcome outcome, Random? chance, List<NameChange> unflushed)
    {
        (_outcome, _chance) = (outcome, chance);
        var lost = new List<NameChange>();
        foreach (var change in unflushed)
        {
            if ((chance is null ? outcome.KeepsNames : chance.Next(2) == 0) && !lost.Exists(change.DependsOn))
            {
                change.ApplyTo(NamesOf);
            }
            else
            {
                lost.Add(change);
            }
        }
    }

    public SimulatedDirectory Of(SimulatedDirectory directory)
    {
        var survivor = new SimulatedDirectory(directory.Number, directory.LastModified);
        foreach (var (name, node) in NamesOf(directory).OrderBy(static pair => pair.Key, StringComparer.Ordinal))
        {
            survivor.Names[name] = survivor.DurableNames[name] = node is SimulatedFile file
                ? new SimulatedFile(file.Number, file.LastModified, file.After(_outcome, _chance))
                : Of((SimulatedDirectory)node);
        }

        return survivor;
    }

    private Dictionary<string, SimulatedNode> NamesOf(SimulatedDirectory directory)
    {
        if (!_names.TryGetValue(directory, out var names))
        {
            _names.Add(directory, names = new Dictionary<string, SimulatedNode>(directory.DurableNames, StringComparer.Ordinal));
        }

        return names;
    }
}
