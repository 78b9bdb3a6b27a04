using MirrorBackup.Backups;
using MirrorBackup.Planning;
using MirrorBackup.Tests.Backups;
using MirrorBackup.Tests.Snapshots;

namespace MirrorBackup.Tests.Planning;

/// <summary>The words of plans.</summary>
public sealed class PlanTextTests
{
    [Fact]
    public void Explain_DocumentedExamples_IsTheApprovedText() => Snapshot.Matches("documented-plans", string.Join(
        "\n",
        Explain("CDE", "ABCD", 4),
        Explain("IJK", "BCDE", 4),
        Explain("Cde", "Abcd", 4),
        Explain("Ijk", "Bcde", 4)));

    [Fact]
    public void Explain_CollapsedAndHealed_IsTheApprovedText() => Snapshot.Matches("collapsed-plans", string.Join(
        "\n",
        Explain("Abcdefg", "", 2),
        Explain("Abcd", "Ab!cd", 7),
        Explain("Abc*de", "", 4),
        Explain("Cd", "Ab", 7),
        Explain("Abc", "Abc", 4)));

    [Fact]
    public void Explain_Repaired_IsTheApprovedText() => Snapshot.Matches("repaired-plans", string.Join(
        "\n",
        Repaired("ABCD", "AB!CD"),
        Repaired("AbcDef", "Ab!cDe"),
        Repaired("AbcDe", "C!De"),
        Repaired("CDe", "A!b!cDe"),
        Repaired("ABCDE", "A!BCDE", 4)));

    [Fact]
    public void Explain_Conflicts_IsTheApprovedText()
    {
        var blocked = Plans.Request("Abcd", "Abc", 2);
        var chain = TestChain.Of(blocked.Destinations[0].Chain) with
        {
            Problems = [new ChainProblem(ChainProblemKind.UnreadableMetadata, "20260106T010000Z.json", "Found no JSON.") { PreventsRetiring = true }],
        };
        Snapshot.Matches("conflicts", string.Join(
            "\n",
            Explain("Ab!cdE", "A", 7),
            MirrorPlanner.Plan(Plans.Request("(A)bc", "", 7) with { Options = new PlanningOptions { AllowSyntheticKeys = false } }).Explain(),
            MirrorPlanner.Plan(Plans.Request("Abcd", "", 2) with { Options = new PlanningOptions { AllowSyntheticKeys = false } }).Explain(),
            MirrorPlanner.Plan(Plans.Request("ABCDEFGH", "ABCDEF", 2) with { Options = new PlanningOptions { MaxRetireCount = 3 } }).Explain(),
            MirrorPlanner.Plan(blocked with { Destinations = [blocked.Destinations[0] with { Chain = chain }] }).Explain(),
            WithProfile("Abc", "", new DestinationProfile { FreeBytes = 17 << 20 }).Explain(),
            WithProfile("Abc", "", new DestinationProfile { MaxVirtualSize = 1 << 20 }).Explain()));
    }

    [Fact]
    public void ToJson_DocumentedExample_IsTheApprovedText() =>
        Snapshot.Matches("plan-json", Plans.Plan("Cde", "Abcd", 4).ToJson());

    private static string Explain(string source, string destination, int retention) =>
        MirrorPlanner.Plan(Plans.Request(source, destination, retention)).Explain();

    private static string Repaired(string source, string destination, int retention = 9) =>
        MirrorPlanner.Plan(Plans.Request(source, destination, retention, options: new PlanningOptions { Repair = true })).Explain();

    private static DestinationPlan WithProfile(string source, string destination, DestinationProfile profile)
    {
        var request = Plans.Request(source, destination, 7, BackupMode.Incremental);
        return Plans.Plan(request with { Destinations = [request.Destinations[0] with { Profile = profile }] });
    }
}
