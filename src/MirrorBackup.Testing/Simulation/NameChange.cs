namespace MirrorBackup.Testing.Simulation;

/// <summary>A change of names that was not flushed; all of its parts survive a crash, or none.</summary>
internal sealed class NameChange(params NameChange.Part[] parts)
{
    public bool IsIn(SimulatedDirectory directory) => parts.Any(part => part.Directory == directory);

    /// <summary>Whether it cannot have survived where the other one has not: both are about one name, or about one file.</summary>
    public bool DependsOn(NameChange earlier) => parts.Any(part => earlier.Touches(part));

    public void ApplyTo(Func<SimulatedDirectory, IDictionary<string, SimulatedNode>> namesOf)
    {
        foreach (var (directory, name, node, _) in parts)
        {
            if (node is null)
            {
                namesOf(directory).Remove(name);
            }
            else
            {
                namesOf(directory)[name] = node;
            }
        }
    }

    private bool Touches(Part other) => parts.Any(part =>
        (part.Directory == other.Directory && part.Name == other.Name) || part.About == other.About || part.About == other.Directory);

    /// <summary>One name of one directory.</summary>
    /// <param name="Directory">The directory.</param>
    /// <param name="Name">The name.</param>
    /// <param name="Node">What has it now; null for nothing.</param>
    /// <param name="About">What the change is about: what has the name now, or had it.</param>
    public readonly record struct Part(SimulatedDirectory Directory, string Name, SimulatedNode? Node, SimulatedNode About);
}
