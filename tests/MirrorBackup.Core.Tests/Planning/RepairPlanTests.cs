using MirrorBackup.Backups;
using MirrorBackup.Planning;
using MirrorBackup.Tests.Backups;

namespace MirrorBackup.Tests.Planning;

/// <summary>What is healed where a newer point can be restored, which only a job that repairs does.</summary>
public sealed class RepairPlanTests
{
    private static readonly PlanningOptions s_repair = new() { Repair = true };

    [Theory]
    [InlineData("ABC", "A!BC", "replace A", "ABC")]
    [InlineData("ABC", "AB!C", "replace B", "ABC")]
    [InlineData("AbcDe", "A!bcDe", "replace A", "AbcDe")]
    [InlineData("AbcDe", "Ab!cDe", "replace b", "AbcDe")]
    [InlineData("AbcDe", "A!b!cDe", "replace A, replace b", "AbcDe")]
    [InlineData("AbcDefG", "Ab!cDe!fG", "replace b, replace e", "AbcDefG")]
    [InlineData("AbcDe", "A!b!c!D!e!", "replace A, replace b, replace c, replace D, replace e", "AbcDe")]
    [InlineData("AbcDef", "A!bcDe", "replace A, transfer f", "AbcDef")]
    public void Plan_BrokenBelowTheNewestInCommon_IsHealedOnlyByARepair(string source, string destination, string steps, string result)
    {
        var plan = Plans.Plan(source, destination, 9, options: s_repair);

        Assert.Equal(steps, Plans.Steps(plan));
        Assert.Equal(result, Plans.Letters(plan));
        Assert.Empty(plan.Conflicts);
        Assert.All(plan.Result.Points, point => Assert.True(plan.Result.IsRestorable(point)));
        Assert.True(Plans.Plan(Plans.Request(Plans.Chain(source), plan.Result, 9, s_repair)).IsEmpty);
    }

    [Theory]
    [InlineData("ABC", "A!BC")]
    [InlineData("AbcDe", "A!bcDe")]
    [InlineData("AbcDe", "Ab!cDe")]
    public void Plan_BrokenBelowTheNewestInCommon_StaysWithoutARepair(string source, string destination)
    {
        var plan = Plans.Plan(source, destination, 9);

        Assert.True(plan.IsEmpty);
        Assert.Empty(plan.Conflicts);
        Assert.Contains(plan.Warnings, warning => warning.Kind == PlanWarningKind.UnreadablePoint);
    }

    [Fact]
    public void Plan_Repair_SaysWhyAndUpToWhere()
    {
        var plan = Plans.Plan("AbcDe", "Ab!cDe", 9, options: s_repair);

        var step = Assert.IsType<ReplaceStep>(Assert.Single(plan.Steps));
        Assert.Equal(StepReasonKind.Repair, step.Reason.Kind);
        Assert.Equal(plan.Source.Points[4].Id, step.Reason.Cause);
        Assert.Equal((step.Listed.Name, step.Listed.Disks[0]), (step.Written.Name, Assert.Single(step.Written.Disks)));
        var disk = Assert.Single(step.Disks);
        Assert.Equal(step.Listed.Disks[0].Path, disk.TargetPath);
        Assert.Equal(plan.Source.Points[0].Disks[0].Path, disk.ParentPath);
    }

    // The destination folded A and b into c long ago, the source still has them: the same view, made of three revisions.
    [Fact]
    public void Plan_BrokenRevisionIsTheProductOfMerges_IsMadeOfWhatTheSourceHas()
    {
        var plan = Plans.Plan("AbcDe", "C!De", 9, options: s_repair);

        var disk = Assert.Single(Assert.IsType<ReplaceStep>(Assert.Single(plan.Steps)).Disks);
        Assert.True(disk is { IsKey: true, IsCollapsed: true, SourcePaths.Length: 3 });
        Assert.Equal(plan.Source.Points[2].Disks[0].Path, disk.TargetPath);
        Assert.Equal("CDe", Plans.Letters(plan));
    }

    // The source folded A and b into C; c at the destination is whole, but what it stands on is not.
    [Fact]
    public void Plan_SourceHasOnlyTheDescendantLeft_HealsItWithAKeyAndNamesTheRest()
    {
        var plan = Plans.Plan("CDe", "Ab!cDe", 9, options: s_repair);

        Assert.Equal("replace C", Plans.Steps(plan));
        Assert.Equal("Ab!CDe", Plans.Letters(plan));
        var conflict = Assert.Single(plan.Conflicts);
        Assert.Equal(PlanConflictKind.NotOnSource, conflict.Kind);
        Assert.Equal([plan.Before.Points[1].Id], conflict.Points);
        Assert.Equal([plan.Before.Points[1].Disks[0].Path], conflict.Paths);
        Assert.True(Plans.Plan(Plans.Request(plan.Source, plan.Result, 9, s_repair)).IsEmpty);
    }

    [Theory]
    [InlineData("De", "A!bcDe", 0, 3)]
    [InlineData("De", "Ab!cDe", 1, 2)]
    [InlineData("CD", "AB!CD", 1, 1)]
    public void Plan_SourceHasNothingLeft_IsOneConflictWithEveryPoint(string source, string destination, int first, int count)
    {
        var plan = Plans.Plan(source, destination, 9, options: s_repair);

        Assert.True(plan.IsEmpty);
        var conflict = Assert.Single(plan.Conflicts);
        Assert.Equal(PlanConflictKind.NotOnSource, conflict.Kind);
        Assert.Equal(plan.Before.Points.Skip(first).Take(count).Select(point => point.Id), conflict.Points);
        Assert.Equal([plan.Before.Points[first].Disks[0].Path], conflict.Paths);
    }

    [Fact]
    public void Plan_FileIsGone_IsWrittenAgainAtItsPathSoThatItsDescendantsOpen()
    {
        var whole = Plans.Chain("AbcDe");
        var lost = BackupChain.From(TestChain.Of(whole) with { Revisions = [.. whole.Revisions.Where((_, index) => index != 1)] });

        var plan = Plans.Plan(Plans.Request(whole, lost, 9, s_repair));

        var step = Assert.IsType<ReplaceStep>(Assert.Single(plan.Steps));
        Assert.Equal(whole.Revisions[1].Path, Assert.Single(step.Disks).TargetPath);
        Assert.All(plan.Result.Points, point => Assert.True(plan.Result.IsRestorable(point)));
    }

    [Fact]
    public void Plan_SourceCannotReadItEither_IsASourceGapAndTheRestIsHealed()
    {
        var plan = Plans.Plan("Ab!cDeF", "Ab!cD!eF", 9, options: s_repair);

        Assert.Equal("replace D", Plans.Steps(plan));
        Assert.Contains(plan.Conflicts, conflict => conflict.Kind == PlanConflictKind.SourceGap);
        Assert.Equal("Ab!c!DeF", Plans.Letters(plan));
    }

    [Fact]
    public void Plan_RetentionWouldNotKeepIt_IsNotHealed()
    {
        var plan = Plans.Plan("ABCDE", "A!BCDE", 4, options: s_repair);

        Assert.Equal("skip A", Plans.Steps(plan));
        Assert.True(plan.IsEmpty);
    }

    [Fact]
    public void Plan_PointsOfAnotherJob_AreLeftAloneUnlessOursStandOnThem()
    {
        var chain = Plans.Chain("AbcDe");
        var destination = BackupChain.From(TestChain.Of(chain) with
        {
            Points = [.. chain.Points.Select((point, index) => index == 0 ? point with { JobId = "theirs" } : point)],
            Revisions = [.. chain.Revisions.Select((revision, index) => index == 0 ? revision with { IsReadable = false } : revision)],
        });
        var theirs = BackupChain.From(TestChain.Of(destination) with { Points = [.. destination.Points.Select((point, index) => index < 3 ? point with { JobId = "theirs" } : point)] });

        Assert.Equal("replace A", Plans.Steps(Plans.Plan(Plans.Request(chain, destination, 9, s_repair))));
        var left = Plans.Plan(Plans.Request(chain, theirs, 9, s_repair));
        Assert.True(left.IsEmpty);
        Assert.Empty(left.Conflicts);
    }

    [Fact]
    public void Plan_AnotherBackupOfTheSameInstant_IsNotTakenForTheBrokenOne()
    {
        var chain = Plans.Chain("AbcDe");
        var other = BackupChain.From(TestChain.Of(chain) with
        {
            Revisions = [.. chain.Revisions.Select((revision, index) => index == 1 ? revision with { Id = "another", IsReadable = false } : index == 2 ? revision with { ParentId = "another" } : revision)],
        });

        var plan = Plans.Plan(Plans.Request(chain, other, 9, s_repair));

        Assert.DoesNotContain(plan.Steps.OfType<ReplaceStep>(), step => step.Point.Id == chain.Points[1].Id);
        Assert.Contains(plan.Conflicts, conflict => conflict.Kind == PlanConflictKind.CannotHeal && conflict.Points.Contains(chain.Points[1].Id));
    }

    [Fact]
    public void Fingerprint_RepairOrNot_IsAnother() => Assert.NotEqual(
        Plans.Plan("ABC", "A!BC", 9).Fingerprint, Plans.Plan("ABC", "A!BC", 9, options: s_repair).Fingerprint);
}
