namespace MirrorBackup.Simulation.Tests.World;

/// <summary>Shows all that was wrong, not only the first of it.</summary>
internal static class Violations
{
    /// <summary>Fails if there are any.</summary>
    public static void AssertNone(IReadOnlyCollection<string> violations, ITestOutputHelper output)
    {
        foreach (var violation in violations.Order(StringComparer.Ordinal))
        {
            output.WriteLine(violation);
        }

        Assert.Empty(violations);
    }
}
