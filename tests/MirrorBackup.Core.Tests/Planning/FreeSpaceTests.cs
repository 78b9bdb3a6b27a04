using MirrorBackup.Backups;
using MirrorBackup.Planning;
using MirrorBackup.Tests.Backups;

namespace MirrorBackup.Tests.Planning;

/// <summary>What is sent where not everything fits. An archive in letters has 16 MiB; a large one fits nowhere.</summary>
public sealed class FreeSpaceTests
{
    private const long ArchiveLength = 16L << 20;

    [Theory]
    [InlineData("BCDE", "", "", 3, 3, "skip B, transfer C, transfer D, transfer E", "", "CDE")]
    // B was left out in favour of E, which does not fit; B takes its place, or is named, too.
    [InlineData("BCDE", "", "E", 3, 3, "transfer B, transfer C, transfer D", "E", "BCD")]
    [InlineData("BCDE", "", "E", 3, 2, "transfer C, transfer D", "BE", "CD")]
    // Of A and B the newer one fits.
    [InlineData("ABCDEF", "", "EF", 4, 3, "transfer B, transfer C, transfer D", "AEF", "BCD")]
    // What nobody would keep stays superseded.
    [InlineData("ABCD", "", "D", 2, 2, "skip A, transfer B, transfer C", "D", "BC")]
    [InlineData("DE", "A", "E", 1, 1, "transfer D, unlist A, delete A", "E", "D")]
    public void Plan_NotEverythingFits_SendsWhatFitsAndNamesTheRest(
        string source, string destination, string large, int retention, int room, string steps, string refused, string result)
    {
        var chain = TestChain.Of(Plans.Chain(source, BackupMode.Full));
        var revisions = chain.Revisions.Zip(source, (revision, letter) =>
            large.Contains(letter, StringComparison.Ordinal) ? revision with { VirtualSize = 100 * ArchiveLength } : revision);
        var request = Plans.Request(BackupChain.From(chain with { Revisions = [.. revisions] }), Plans.Chain(destination, BackupMode.Full), retention);

        var plan = Plans.Plan(request with { Destinations = [request.Destinations[0] with { Profile = new DestinationProfile { FreeBytes = room * ArchiveLength } }] });

        Assert.Equal(steps, Plans.Steps(plan));
        Assert.Equal(result, Plans.Letters(plan));
        Assert.All(plan.Conflicts, conflict => Assert.Equal(PlanConflictKind.NotEnoughSpace, conflict.Kind));
        Assert.Equal(refused, string.Concat(plan.Conflicts.SelectMany(conflict => conflict.Points).Select(id => plan.Names[id])));
    }
}
