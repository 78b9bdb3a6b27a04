using System.Text.RegularExpressions;

namespace MirrorBackup.Crash.Tests.Killing;

/// <summary>A line that a process wrote, and when after its start.</summary>
internal sealed partial record VictimLine(TimeSpan At, string Text)
{
    /// <summary>The destination and the kind of the step that the line says is done; null for other lines.</summary>
    public (string Destination, string Kind)? StepDone =>
        Step().Match(Text) is { Success: true } match ? (match.Groups["destination"].Value, match.Groups["kind"].Value) : null;

    /// <summary>The destination whose plan the line announces; null for other lines.</summary>
    public string? Planned => Plan().Match(Text) is { Success: true } match ? match.Groups["destination"].Value : null;

    public bool IsEnd => Text.StartsWith("info: Job ", StringComparison.Ordinal) && Text.Contains(" ended: ", StringComparison.Ordinal);

    [GeneratedRegex(@"^debug: VM \S+ at (?<destination>\S+): (?<kind>\S+) done in ")]
    private static partial Regex Step();

    [GeneratedRegex(@"^info: VM \S+ at (?<destination>\S+): \d+ steps, ")]
    private static partial Regex Plan();
}
