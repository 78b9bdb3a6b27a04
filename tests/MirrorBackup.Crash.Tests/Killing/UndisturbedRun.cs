namespace MirrorBackup.Crash.Tests.Killing;

/// <summary>How a run goes that nobody disturbs: what it says, and when.</summary>
internal sealed class UndisturbedRun(IReadOnlyList<VictimLine> lines, TimeSpan duration)
{
    private readonly Dictionary<string, string[]> _steps = lines
        .Select(static line => line.StepDone)
        .OfType<(string Destination, string Kind)>()
        .GroupBy(static step => step.Destination, static step => step.Kind)
        .ToDictionary(static group => group.Key, static group => group.ToArray());

    public int LineCount => lines.Count;

    public TimeSpan Duration => duration;

    /// <summary>How long it takes from its first line on.</summary>
    public TimeSpan WorkingTime => duration - lines[0].At;

    /// <summary>How long it is from a line to the next, or to the end.</summary>
    public TimeSpan After(int line) => (line + 1 < lines.Count ? lines[line + 1].At : duration) - lines[line].At;

    /// <summary>What was under way at each destination when a run that does the same had said this much.</summary>
    public IEnumerable<string> PhasesAfter(IReadOnlyList<VictimLine> said)
    {
        if (said.Count == 0)
        {
            return ["start of the process"];
        }

        if (said.Any(static line => line.IsEnd))
        {
            return ["after the last lock was released"];
        }

        if (!said.Any(static line => line.Planned is not null))
        {
            return ["locks and catalogues"];
        }

        return _steps.Select(steps => said.Count(line => line.StepDone?.Destination == steps.Key) is var done && done < steps.Value.Length
            ? steps.Value[done]
            : "cache and release of the locks");
    }
}
