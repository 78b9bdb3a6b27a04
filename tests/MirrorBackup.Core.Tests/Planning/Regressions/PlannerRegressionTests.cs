using MirrorBackup.Backups;
using MirrorBackup.Planning;
using MirrorBackup.Retention;
using MirrorBackup.Tests.Backups;
using MirrorBackup.Tests.Planning.Properties;

namespace MirrorBackup.Tests.Planning.Regressions;

/// <summary>The smallest inputs of what the properties once found wrong.</summary>
public sealed class PlannerRegressionTests
{
    private const BackupMode Incremental = BackupMode.Incremental;

    [Fact]
    public void Fingerprint_ProblemsInAnotherOrder_IsTheSame()
    {
        ChainProblem[] problems = [new(ChainProblemKind.UnreadableMetadata, "x.json", "Found no JSON."), new(ChainProblemKind.UnreadableMetadata, "a.json", "Found no JSON.")];
        var request = Plans.Request("Abc", "Ab", 4);
        var chain = TestChain.Of(request.Destinations[0].Chain) with { Problems = problems };

        var first = Plan(request, chain);
        var second = Plan(request, chain with { Problems = [.. problems.Reverse()] });

        Assert.Equal(first.Fingerprint, second.Fingerprint);
    }

    [Fact]
    public void Plan_BrokenDiskBesideOneOfAnotherBackup_IsNotHealed()
    {
        // The destination's point of this instant has two disks; the intact one is of another backup than that of the source.
        var source = TwoDisks(Plans.Chain("A", Incremental), "source");
        var destination = TwoDisks(Plans.Chain("A!", Incremental), "destination");

        var plan = Plan(Plans.Request(BackupChain.From(source), BackupChain.From(destination), 4), destination);

        Assert.Empty(plan.Steps);
        Assert.Equal(PlanConflictKind.CannotHeal, Assert.Single(plan.Conflicts).Kind);
    }

    [Fact]
    public void Plan_AnotherBackupWhereADeltaExpectsItsParent_IsNotWrittenThere()
    {
        // The file of A is lost, and b stands on its path; the source's point of that instant is another backup.
        var chain = TestChain.Of(Plans.Chain("Ab"));
        var revisions = chain.Revisions.ToList();
        var destination = chain with { Revisions = [revisions[1] with { ParentPath = revisions[0].Path }] };
        var source = TestChain.Of(Plans.Chain("A", Incremental));
        source = source with { Revisions = [.. source.Revisions.Select(revision => revision with { Id = "another" })] };

        var plan = Plan(Plans.Request(BackupChain.From(source), BackupChain.From(destination), 4), destination);

        Assert.Empty(plan.Steps);
        Assert.Equal(PlanConflictKind.CannotHeal, Assert.Single(plan.Conflicts).Kind);
    }

    [Fact]
    public void Plan_BrokenDiskThatAStuckMergeNames_IsNotHealed()
    {
        var destination = TestChain.Of(Plans.Chain("Ab!"));
        var broken = destination.Revisions.Last();
        destination = destination with
        {
            PendingMerges = [new PendingMerge { StatePath = "vdis/job/disk/.x.merge.json", Paths = ["vdis/job/disk/gone.vhd", broken.Path] }],
        };

        var plan = Plan(Plans.Request(Plans.Chain("Ab"), BackupChain.From(destination), 4), destination);

        Assert.Empty(plan.Steps);
        Assert.Contains(plan.Conflicts, conflict => conflict.Kind == PlanConflictKind.CannotHeal);
    }

    [Theory]
    // Who reads a damaged file does not learn its id. The name by which its delta knows it says that it is needed.
    [InlineData("(A)bc", 0)]
    [InlineData("(Ab)cd", 1)]
    public void Plan_DamagedParent_IsNotRemoved(string letters, int damaged)
    {
        var destination = TestChain.Of(Plans.Chain(letters));
        var revisions = destination.Revisions.OrderBy(revision => revision.Path, StringComparer.Ordinal).ToArray();
        for (var i = revisions.Length - 1; i > 0; i--)
        {
            revisions[i] = revisions[i] with { ParentPath = revisions[i - 1].Path };
        }

        revisions[damaged] = revisions[damaged] with { Id = "unknown", ParentId = null, ParentPath = null, IsReadable = false };

        destination = destination with { Revisions = revisions };
        var plan = Plan(Plans.Request(Plans.Chain("X", Incremental), BackupChain.From(destination), 9), destination);

        Assert.DoesNotContain(plan.Steps, step => step is DeleteStep delete && delete.Paths.Contains(revisions[damaged].Path));
    }

    [Theory]
    // What is unlisted and broken must not be deleted while a listed delta stands on it.
    [InlineData("Bc", "(B!)c", 4, false, "Bc")]
    // A leftover in the way must not be overwritten while another stands on it.
    [InlineData("Abcd", "(bcd)", 4, false, "Abcd")]
    // What a broken listed delta stands on must be there until that delta is healed.
    [InlineData("Abcd", "Ab!", 2, true, "Cd")]
    [InlineData("Abc", "Ab!c", 2, true, "Bc")]
    public void Plan_DamagedChain_IsFollowedWithoutLoss(string source, string destination, int retention, bool deletesFirst, string result)
    {
        var plan = Plans.Plan(source, destination, retention, Incremental, new PlanningOptions { DeleteFirst = deletesFirst });

        // To make room first leaves one less for a while.
        PlanChecker.Follow(plan, deletesFirst ? retention - 1 : retention);
        Assert.Equal(result, Plans.Letters(plan));
    }

    [Fact]
    public void Plan_LastPointOfAJobWasRetired_ItsOlderPointsAreNotSentAgain()
    {
        // A and C are of one job, D of another; C goes in favour of B, the oldest of the month. A was retired long ago.
        var source = TestChain.Of(Plans.Chain("ACD", BackupMode.Full));
        source = source with { Points = [.. source.Points.Zip("ACD", (point, letter) => letter == 'D' ? point : point with { JobId = "second" })] };
        var request = Plans.Request(BackupChain.From(source), Plans.Chain("BC", BackupMode.Full), 1);
        request = request with { Destinations = [request.Destinations[0] with { Retention = RetentionPolicy.KeepLast(1).Monthly(1).In(TimeZoneInfo.Utc) }] };

        var plan = Plans.Plan(request);
        var again = Plan(request, plan.Result);

        Assert.Equal("transfer D, unlist C, delete C", Plans.Steps(plan));
        Assert.Equal("BD", Plans.Letters(plan));
        Assert.True(again.IsEmpty, again.Explain());
        Assert.Equal(StepReasonKind.CountsAsRetired, again.Steps.OfType<SkipStep>().First().Reason.Kind);
    }

    [Theory]
    [InlineData(60, true)]
    [InlineData(70, false)]
    public void Plan_Brake_IsNotReleasedByRunningAgain(int percent, bool stops)
    {
        // Five of eight points would go; before the new ones were counted, it was five of five, and then five of eight.
        var request = Plans.Request("ABCDEFGH", "ABCDE", 3, BackupMode.Full, new PlanningOptions { MaxRetirePercent = percent });

        var plan = Plans.Plan(request);
        var again = Plan(request, plan.Result);

        Assert.Equal(stops, plan.Conflicts.Any(conflict => conflict.Kind == PlanConflictKind.RetirementBrake));
        Assert.Equal(stops, again.Conflicts.Any(conflict => conflict.Kind == PlanConflictKind.RetirementBrake));
        Assert.True(again.IsEmpty, again.Explain());
    }

    [Fact]
    public void Plan_DeltaThatDoesNotFit_ItsRetiredKeyIsNotSentForNothing()
    {
        // c stands on A, which was retired in favour of B of another job, and must not be sent as a key of its own.
        var source = TestChain.Of(Plans.Chain("Ac"));
        var other = Plans.Chain("B", Incremental, "other");
        var free = source.Revisions.Sum(revision => revision.AllocatedBytes) - 1;
        source = source with { Points = [.. source.Points, .. other.Points], Revisions = [.. source.Revisions, .. other.Revisions] };
        var request = Plans.Request(BackupChain.From(source), Plans.Chain("B", Incremental), 1, new PlanningOptions { AllowSyntheticKeys = false });
        var destination = request.Destinations[0];

        var fitting = Plans.Plan(request with { Destinations = [destination with { Profile = new DestinationProfile { FreeBytes = free + 1 } }] });
        var plan = Plans.Plan(request with { Destinations = [destination with { Profile = new DestinationProfile { FreeBytes = free } }] });

        Assert.Equal("C", Plans.Letters(fitting));
        Assert.Equal("skip A", Plans.Steps(plan));
        var conflict = Assert.Single(plan.Conflicts);
        Assert.Equal(PlanConflictKind.NotEnoughSpace, conflict.Kind);
        Assert.Equal("c", string.Concat(conflict.Points.Select(id => plan.Names[id])), ignoreCase: true);
    }

    [Fact]
    public void Plan_HistoryOfOneInstantInTwoJobs_CanBeFollowed()
    {
        HistoryOp[] history =
        [
            new(HistoryAct.Backup, 1, 62, 12, 0), new(HistoryAct.Backup, 4, 1, 14, 1), new(HistoryAct.Backup, 2, 15, 2, 5), new(HistoryAct.Backup, 2, 40, 12, 3),
            new(HistoryAct.Mirror, 3, 46, 11, 4), new(HistoryAct.Backup, 2, 9, 14, 5), new(HistoryAct.Backup, 2, 2, 0, 6), new(HistoryAct.Mirror, 3, 57, 8, 0),
            new(HistoryAct.DamageDestination, 1, 8, 9, 0), new(HistoryAct.Backup, 2, 10, 1, 0), new(HistoryAct.Backup, 4, 32, 7, 1),
        ];
        var settings = new CaseSettings { SourceKeep = 5, Destinations = [new DestinationSettings { Retention = RetentionPolicy.KeepLast(2) }] };

        var run = new Trial(new MirrorCase([.. history], settings)).Runs[0];

        // Each step is done in a repository that refuses what would lose something.
        Assert.Equal(run.Plan.Steps.Length, run.Prefixes.Count);
        Assert.NotEmpty(run.Prefixes);
    }

    private static DestinationPlan Plan(MirrorRequest request, IBackupChain destination) =>
        Plans.Plan(request with { Destinations = [request.Destinations[0] with { Chain = destination }] });

    /// <summary>The only point of a chain with one more disk, whose revision says which side it is of.</summary>
    private static TestChain TwoDisks(BackupChain chain, string side)
    {
        var path = chain.Revisions[0].Path.Replace("/disk/", "/disk2/", StringComparison.Ordinal);
        var second = chain.Revisions[0] with { Disk = "disk2", Id = side, Path = path, IsReadable = true, Defect = null };
        return TestChain.Of(chain) with
        {
            Points = [chain.Points[0] with { Disks = [.. chain.Points[0].Disks, new PointDisk("disk2", path)] }],
            Revisions = [.. chain.Revisions, second],
        };
    }
}
