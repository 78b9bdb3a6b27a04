using MirrorBackup.Planning;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>A property of what never occurs says nothing: every kind of step, reason, conflict and warning must occur in the generated cases.</summary>
public sealed class VarietyTests(ITestOutputHelper output)
{
    /// <summary>Kinds that histories do not lead to; each has a test of its own.</summary>
    private static readonly Dictionary<string, string> NeverGenerated = new()
    {
        [nameof(PlanConflictKind.NoFreeName)] = "needs 3600 names in a row that are taken",
        [nameof(PlanConflictKind.UnsafeName)] = "needs a disk id that is no path segment",
    };

    [Fact]
    public void Plans_OfGeneratedCases_HoldEveryKind()
    {
        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        PropertyCheck.ForEachDestination(
            run =>
            {
                foreach (var step in run.Plan.Steps)
                {
                    Count(counts, step.GetType().Name);
                    Count(counts, step.Reason.Kind.ToString());
                }

                foreach (var conflict in run.Plan.Conflicts)
                {
                    Count(counts, conflict.Kind.ToString());
                }

                foreach (var warning in run.Plan.Warnings)
                {
                    Count(counts, warning.Kind.ToString());
                }
            },
            maxTest: 3000);

        output.WriteLine(string.Join("\n", counts.Select(entry => $"{entry.Value,7} {entry.Key}")));
        var kinds = typeof(MirrorStep).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(MirrorStep))).Select(type => type.Name)
            .Concat(Enum.GetNames<StepReasonKind>())
            .Concat(Enum.GetNames<PlanConflictKind>())
            .Concat(Enum.GetNames<PlanWarningKind>());
        Assert.Equal(NeverGenerated.Keys.Order(StringComparer.Ordinal), kinds.Except(counts.Keys).Order(StringComparer.Ordinal));
    }

    private static void Count(SortedDictionary<string, int> counts, string kind) => counts[kind] = counts.GetValueOrDefault(kind) + 1;
}
