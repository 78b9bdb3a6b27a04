using System.Diagnostics.CodeAnalysis;

namespace MirrorBackup.Vhd.Merging;

/// <summary>The name of a state file: <c>.&lt;name of the ancestor&gt;.merge.json</c>, in the ancestor's folder.</summary>
internal static class MergeStateName
{
    private const string Ending = ".merge.json";

    /// <summary>The most bytes that a state file may have.</summary>
    public const int MaximumLength = 1 << 20;

    /// <summary>The name of the state file for an ancestor.</summary>
    /// <param name="ancestor">The file name of the ancestor.</param>
    /// <returns>The name.</returns>
    public static string For(string ancestor) => $".{ancestor}{Ending}";

    /// <summary>Tells the ancestor from the name of a state file.</summary>
    /// <param name="name">Any file name.</param>
    /// <param name="ancestor">The ancestor's file name.</param>
    /// <returns>Whether it is the name of a state file.</returns>
    public static bool TryParse(string name, [NotNullWhen(true)] out string? ancestor)
    {
        var matches = name.StartsWith('.') && name.EndsWith(Ending, StringComparison.Ordinal) && name.Length > Ending.Length + 1;
        ancestor = matches ? name[1..^Ending.Length] : null;
        return matches;
    }
}
