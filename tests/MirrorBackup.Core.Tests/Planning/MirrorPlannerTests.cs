using MirrorBackup.Backups;
using MirrorBackup.Planning;
using MirrorBackup.Retention;
using MirrorBackup.Tests.Backups;

namespace MirrorBackup.Tests.Planning;

/// <summary>One test per rule.</summary>
public sealed class MirrorPlannerTests
{
    private const BackupMode Incremental = BackupMode.Incremental;

    [Theory]
    // A source that restarted its chain in the middle.
    [InlineData("AbcDef", "", 4, "skip A, skip b, transfer C, transfer D, transfer e, transfer f", "CDef")]
    // What the retention would not keep is collapsed into the first point that stays.
    [InlineData("Abcdefg", "", 2, "skip A, skip b, skip c, skip d, skip e, transfer F, transfer g", "Fg")]
    [InlineData("Abcdef", "Ab", 2, "skip c, skip d, transfer e, unlist A, transfer f, unlist b, merge Ab into e", "Ef")]
    // A lowered retention takes effect though nothing is sent.
    [InlineData("Abcdefg", "Abcdefg", 2, "unlist A, unlist b, unlist c, unlist d, unlist e, merge Abcde into f", "Fg")]
    // A point that is missing below the common one was retired there.
    [InlineData("Abcd", "A(b)cd", 7, "merge b into c", "Acd")]
    // A parent that the destination does not have.
    [InlineData("Acd", "A", 7, "transfer c, transfer d", "Acd")]
    // A gap on the source never holds up a newer key.
    [InlineData("Ab!cD", "A", 7, "transfer D", "AD")]
    // Leftovers are overwritten where they are in the way, and removed where they are not.
    [InlineData("Abc", "Ab(c)", 7, "delete c, transfer c", "Abc")]
    [InlineData("Ab", "Ab(c)", 7, "delete c", "Ab")]
    // The broken tail is healed; what is intact above it stays.
    [InlineData("Abcd", "Ab!cd", 7, "replace b", "Abcd")]
    // Older damage, below the newest common point, is left for a repair.
    [InlineData("AbCd", "Ab!Cd", 7, "", "Ab!Cd")]
    // What cannot be restored is neither counted nor retired.
    [InlineData("Xy", "A!BC", 2, "transfer X, unlist B, transfer y, unlist C, delete C, delete B", "A!Xy")]
    public void Plan_Incremental_FollowsTheRule(string source, string destination, int retention, string steps, string result)
    {
        var plan = Plans.Plan(source, destination, retention, Incremental);

        Assert.Equal(steps, Plans.Steps(plan));
        Assert.Equal(result, Plans.Letters(plan));
    }

    [Theory]
    [InlineData("ABCDEFG", "", 2, "skip A, skip B, skip C, skip D, skip E, transfer F, transfer G", "FG")]
    [InlineData("AB!C", "A", 7, "transfer C", "AC")]
    [InlineData("ABC", "AB!", 7, "replace B, transfer C", "ABC")]
    [InlineData("ABC", "AB(C)", 7, "delete C, transfer C", "ABC")]
    [InlineData("AB", "AB(C)", 7, "delete C", "AB")]
    public void Plan_Full_FollowsTheRule(string source, string destination, int retention, string steps, string result)
    {
        var plan = Plans.Plan(source, destination, retention, BackupMode.Full);

        Assert.Equal(steps, Plans.Steps(plan));
        Assert.Equal(result, Plans.Letters(plan));
    }

    [Theory]
    [InlineData("ABCD", "", BackupMode.Full, "transfer A, transfer B, transfer C, unlist A, delete A, transfer D, unlist B, delete B", "CD")]
    [InlineData("Abcd", "", Incremental, "transfer A, transfer b, transfer c, unlist A, transfer d, unlist b, merge Ab into c", "Cd")]
    public void Plan_SupersededAreSent_IsWhatXenOrchestraDoes(string source, string destination, BackupMode mode, string steps, string result)
    {
        var plan = Plans.Plan(source, destination, 2, mode, new PlanningOptions { SkipSuperseded = false });

        Assert.Equal(steps, Plans.Steps(plan));
        Assert.Equal(result, Plans.Letters(plan));
    }

    [Theory]
    [InlineData("ABC", "AB", 2, BackupMode.Full, false, "unlist A, delete A, transfer C", "BC")]
    [InlineData("AB", "A", 1, BackupMode.Full, false, "transfer B, unlist A, delete A", "B")]
    [InlineData("AB", "A", 1, BackupMode.Full, true, "unlist A, delete A, transfer B", "B")]
    [InlineData("Abc", "Ab", 2, Incremental, false, "unlist A, transfer c, merge A into b", "Bc")]
    [InlineData("Ab", "A", 1, Incremental, true, "unlist A, transfer b, merge A into b", "B")]
    [InlineData("Cd", "AB", 2, Incremental, false, "unlist A, delete A, transfer C, unlist B, delete B, transfer d", "Cd")]
    public void Plan_DeleteFirst_MakesRoomBefore(string source, string destination, int retention, BackupMode mode, bool mayLeaveNone, string steps, string result)
    {
        var plan = Plans.Plan(source, destination, retention, mode, new PlanningOptions { DeleteFirst = true, MayLeaveNoPoint = mayLeaveNone });

        Assert.Equal(steps, Plans.Steps(plan));
        Assert.Equal(result, Plans.Letters(plan));
    }

    [Fact]
    public void Plan_DiskAddedLater_IsPlannedDiskByDisk()
    {
        var plan = Plans.Plan("Abc*def", "Abc*", 4);

        Assert.Equal("transfer d [disk disk2], transfer e [disk disk2], unlist A, transfer f [disk disk2], unlist b, merge Ab into c* [disk]", Plans.Steps(plan));
        Assert.Equal("Cdef", Plans.Letters(plan));
    }

    [Fact]
    public void Plan_FormOfTheDestinationChanged_SendsASyntheticKeyInItsOwnForm()
    {
        var request = Plans.Request("Abcd", "Abc", 7);
        var form = StorageForm.VhdDirectory(BlockCodec.Brotli);

        var plan = Plans.Plan(request with { Destinations = [request.Destinations[0] with { Profile = new DestinationProfile { Form = form } }] });

        var disk = Assert.Single(Assert.IsType<TransferStep>(Assert.Single(plan.Steps)).Disks);
        Assert.True(disk is { IsKey: true, IsCollapsed: true, SourcePaths.Length: 4 });
        Assert.Equal("vdis/job/disk/20260108T010000Z.alias.vhd", disk.TargetPath);
        Assert.Equal("AbcD", Plans.Letters(plan));
    }

    [Fact]
    public void Plan_ParentInTheFolderOfAnotherJob_PutsTheDeltaBesideIt()
    {
        var request = Plans.Request(Plans.Chain("AbcdE"), Plans.Chain("Abc", jobId: "other"), 2);

        var plan = Plans.Plan(request);

        Assert.Equal("transfer d, transfer E", Plans.Steps(plan));
        Assert.Equal("vdis/other/disk/20260108T010000Z.vhd", ((TransferStep)plan.Steps[0]).Disks[0].TargetPath);
        Assert.Equal("vdis/job/disk/20260109T010000Z.vhd", ((TransferStep)plan.Steps[1]).Disks[0].TargetPath);
        Assert.Equal(new OutOfScopeGroup("other", "schedule", 3), Assert.Single(plan.OutOfScope));
    }

    [Fact]
    public void Plan_ParentHasAnotherChild_SendsASyntheticKey()
    {
        // The destination has c, which the source never had (any more); its d stands on b.
        var plan = Plans.Plan("Abd", "Abc", 7);

        var disk = Assert.Single(Assert.IsType<TransferStep>(Assert.Single(plan.Steps)).Disks);
        Assert.Null(disk.ParentPath);
        Assert.Equal(3, disk.SourcePaths.Length);
        Assert.Equal("AbcD", Plans.Letters(plan));
    }

    [Theory]
    [InlineData("schedule", true)]
    [InlineData("old", true)]
    [InlineData("kept", false)]
    public void Counts_PointOfASchedule_BelongsToItWhileTheJobHasIt(string schedule, bool counts)
    {
        var destination = Plans.Destination(Plans.Chain("A"), 2) with { KnownScheduleIds = ["schedule", "kept"] };

        Assert.Equal(counts, destination.Counts(((BackupChain)destination.Chain).Points[0] with { ScheduleId = schedule }));
    }

    [Fact]
    public void Plan_MetadataInDoubt_SendsAndRetiresNothing()
    {
        var request = Plans.Request("Abcd", "Abc", 2);
        var chain = TestChain.Of(request.Destinations[0].Chain) with
        {
            Problems = [new ChainProblem(ChainProblemKind.UnreadableMetadata, "x.json", "Found no JSON.") { PreventsRetiring = true }],
        };

        var plan = Plans.Plan(request with { Destinations = [request.Destinations[0] with { Chain = chain }] });

        Assert.Equal("transfer d", Plans.Steps(plan));
        Assert.Equal(PlanConflictKind.RetiringBlocked, Assert.Single(plan.Conflicts).Kind);
    }

    [Fact]
    public void Plan_TwoChildrenOfOneParent_KeepsTheParentOfBoth()
    {
        var chain = Plans.Chain("Abc");
        var second = chain.Revisions[2] with { Id = "another", Path = "vdis/job/disk/20260107T020000Z.vhd" };
        var point = chain.Points[2] with { Id = new PointId(Incremental, chain.Points[2].Id.Timestamp + 3_600_000), Name = "20260107T020000Z", Disks = [new PointDisk("disk", second.Path)] };
        var destination = BackupChain.From(TestChain.Of(chain) with { Revisions = [.. chain.Revisions, second], Points = [.. chain.Points, point] });

        var plan = Plans.Plan(Plans.Request(Plans.Chain("", Incremental), destination, 2));

        Assert.Equal(["UnlistStep", "UnlistStep"], plan.Steps.Select(step => step.GetType().Name));
        Assert.All(plan.Result.Points, kept => Assert.True(plan.Result.IsRestorable(kept)));
        Assert.Contains(plan.Warnings, warning => warning.Kind == PlanWarningKind.CannotMerge);
    }

    [Theory]
    [InlineData(true, "resumeMerge A into B", "Bc")]
    [InlineData(false, "", "(A)bc")]
    public void Plan_PendingMerge_IsFinishedFirstOrLeftAlone(bool canBeFinished, string steps, string result)
    {
        var chain = Plans.Chain("(A)bc");
        var survivor = chain.Revisions[1] with { ParentId = null };
        var merge = new PendingMerge
        {
            StatePath = "vdis/job/disk/.20260105T010000Z.vhd.merge.json",
            Paths = [chain.Revisions[0].Path, chain.Revisions[1].Path],
            Survivor = canBeFinished ? survivor : null,
        };

        var plan = Plans.Plan(Plans.Request(Plans.Chain("Abc"), BackupChain.From(TestChain.Of(chain) with { PendingMerges = [merge] }), 7));

        Assert.Equal(steps, Plans.Steps(plan));
        Assert.Equal(result, Plans.Letters(plan));
        Assert.Equal(canBeFinished ? 0 : 1, plan.Conflicts.Length);
    }

    [Fact]
    public void Plan_PendingMergeOfAListedPoint_IsLeftAlone()
    {
        var chain = Plans.Chain("Abc");
        var merge = new PendingMerge { StatePath = "vdis/job/disk/.x.merge.json", Paths = [chain.Revisions[0].Path, chain.Revisions[1].Path], Survivor = chain.Revisions[1] with { ParentId = null } };

        var plan = Plans.Plan(Plans.Request(Plans.Chain("Abcd"), BackupChain.From(TestChain.Of(chain) with { PendingMerges = [merge] }), 1));

        Assert.Equal(PlanConflictKind.PendingMerge, Assert.Single(plan.Conflicts).Kind);
        Assert.DoesNotContain(plan.Steps, step => step is ResumeMergeStep);
        Assert.All(plan.Result.Points, point => Assert.True(plan.Result.IsRestorable(point)));
        Assert.NotNull(plan.Result.Revision(chain.Revisions[0].Path));
    }

    [Fact]
    public void Plan_TwoPointsOfOneInstant_MirrorsTheFirstJobAndSaysSo()
    {
        var instant = Plans.Chain("A").Points[0].Id.Timestamp;
        var source = new TestChain
        {
            Mode = BackupMode.Full,
            Points = [TestChain.Archive(instant - 5000, jobId: "second"), TestChain.Archive(instant, "a", "second"), TestChain.Archive(instant, "b", "first"), TestChain.Archive(instant - 9000, jobId: "first")],
            Revisions = [TestChain.ArchiveRevision(instant - 5000), TestChain.ArchiveRevision(instant, "a"), TestChain.ArchiveRevision(instant, "b"), TestChain.ArchiveRevision(instant - 9000)],
        };

        var plan = Plans.Plan(Plans.Request(BackupChain.From(source), Plans.Chain("", BackupMode.Full), 7));

        Assert.Equal(PlanConflictKind.DuplicateTimestamp, Assert.Single(plan.Conflicts).Kind);
        Assert.Equal("first", plan.Steps.OfType<TransferStep>().Single(step => step.Point.Id.Timestamp == instant).Point.JobId);
    }

    [Fact]
    public void Plan_NameIsTaken_TakesTheNextFreeSecond()
    {
        var instant = Plans.Chain("A").Points[0].Id.Timestamp;
        var source = new TestChain
        {
            Mode = BackupMode.Full,
            Points = [TestChain.Archive(instant, "a"), TestChain.Archive(instant + 250, "b")],
            Revisions = [TestChain.ArchiveRevision(instant, "a"), TestChain.ArchiveRevision(instant + 250, "b")],
        };
        var destination = TestChain.Of(Plans.Chain("", BackupMode.Full)) with { ReservedPaths = ["20260105T010000Z.json"] };

        var plan = Plans.Plan(Plans.Request(BackupChain.From(source), BackupChain.From(destination), 7));

        Assert.Equal(["20260105T010001Z", "20260105T010002Z"], plan.Steps.Cast<TransferStep>().Select(step => step.Name));
        Assert.Equal("AB", Plans.Letters(plan));
    }

    [Fact]
    public void Plan_ClockWentBack_SendsParentsFirstUnderGrowingNames()
    {
        var chain = Plans.Chain("Ab");
        var early = chain.Points[0].Id.Timestamp - 86_400_000;
        var source = BackupChain.From(TestChain.Of(chain) with { Points = [chain.Points[0], chain.Points[1] with { Id = new PointId(Incremental, early) }] });

        var plan = Plans.Plan(Plans.Request(source, Plans.Chain("", Incremental), 7));

        Assert.Equal(["20260105T010000Z", "20260105T010001Z"], plan.Steps.Cast<TransferStep>().Select(step => step.Name));
        Assert.Contains(plan.Warnings, warning => warning.Kind == PlanWarningKind.ClockWentBack);
    }

    [Fact]
    public void Plan_ProtectedPoint_IsNeverUnlisted()
    {
        var chain = Plans.Chain("ABC", BackupMode.Full);
        var destination = BackupChain.From(TestChain.Of(chain) with { Points = [chain.Points[0] with { IsProtected = true }, .. chain.Points.Skip(1)] });

        var plan = Plans.Plan(Plans.Request(chain, destination, 1));

        Assert.Equal("unlist B, delete B", Plans.Steps(plan));
        Assert.Contains(plan.Warnings, warning => warning.Kind == PlanWarningKind.ProtectedPoint);
    }

    [Fact]
    public void Plan_FilterExcludesTheVm_DoesNothing()
    {
        var request = Plans.Request("Abcd", "Abc", 1);

        Assert.Empty(Plans.Plan(request with { Filter = new VmFilter { IncludeTags = ["gold"] } }).Steps);
        Assert.Empty(Plans.Plan(request with { Filter = new VmFilter { VmIds = ["another"] } }).Steps);
        Assert.NotEmpty(Plans.Plan(request with { Filter = new VmFilter { VmIds = ["VM"], ExcludeTags = ["gold"] } }).Steps);
    }

    [Fact]
    public void Plan_FilterOfFullBackups_IsPerPointAndOfIncrementalOnesPerChain()
    {
        static BackupChain Tagged(BackupChain chain) => BackupChain.From(TestChain.Of(chain) with { Points = [chain.Points[0] with { VmTags = ["gold"] }, .. chain.Points.Skip(1)] });
        var filter = new VmFilter { IncludeTags = ["gold"] };

        var full = Plans.Plan(Plans.Request(Tagged(Plans.Chain("AB")), Plans.Chain("", BackupMode.Full), 4) with { Filter = filter });
        var incremental = Plans.Plan(Plans.Request(Tagged(Plans.Chain("Ab")), Plans.Chain("", Incremental), 4) with { Filter = filter });

        Assert.Equal("transfer A, skip B", Plans.Steps(full));
        Assert.Equal("transfer A, transfer b", Plans.Steps(incremental));
    }

    [Fact]
    public void Plan_SeveralDestinations_ArePlannedApartAndReadTogether()
    {
        var request = Plans.Request("Abcd", "Ab", 7);
        var empty = request.Destinations[0] with { Name = "second", Chain = Plans.Chain("", Incremental), Retention = RetentionPolicy.KeepLast(7) };

        var both = MirrorPlanner.Plan(request with { Destinations = [request.Destinations[0], empty] });
        var reversed = MirrorPlanner.Plan(request with { Destinations = [empty, request.Destinations[0]] });

        Assert.Equal(["transfer c, transfer d", "transfer A, transfer b, transfer c, transfer d"], both.Destinations.Select(Plans.Steps));
        Assert.Equal(both.Destinations.Select(plan => plan.ToJson()), reversed.Destinations.Reverse().Select(plan => plan.ToJson()));
        Assert.Equal(4, both.ReadOrder.Length);
    }

    [Fact]
    public void EnsureCurrent_ChainChanged_ThrowsPlanStale()
    {
        var request = Plans.Request("Abcd", "Ab", 7);
        var plan = MirrorPlanner.Plan(request);

        plan.EnsureCurrent(request with { Now = Plans.Now.AddDays(1) });

        var changed = request with { Destinations = [request.Destinations[0] with { Chain = Plans.Chain("Abc") }] };
        Assert.Equal(ErrorCodes.PlanStale, Assert.Throws<PlanStaleException>(() => plan.EnsureCurrent(changed)).Code);
        Assert.Throws<PlanStaleException>(() => plan.EnsureCurrent(request with { Destinations = [] }));
    }

    [Fact]
    public void Fingerprint_SameRequest_IsTheSameInEveryProcess() =>
        Assert.Equal(Plans.Plan("Abc", "A", 3).Fingerprint, Plans.Plan("Abc", "A", 3).Fingerprint);

    [Theory]
    [InlineData("../x")]
    [InlineData("")]
    [InlineData("a/b")]
    [InlineData(".hidden")]
    public void Plan_UnsafeJobId_IsRefused(string jobId)
    {
        var request = Plans.Request("Ab", "", 3);

        var exception = Assert.Throws<MirrorBackupException>(() =>
            MirrorPlanner.Plan(request with { Destinations = [request.Destinations[0] with { JobId = jobId, Chain = Plans.Chain("", Incremental) }] }));

        Assert.Equal(ErrorCodes.InvalidRequest, exception.Code);
    }

    [Fact]
    public void Plan_ChainOfAnotherModeOrVm_IsRefused()
    {
        Assert.Throws<MirrorBackupException>(() => MirrorPlanner.Plan(Plans.Request(Plans.Chain("Ab"), Plans.Chain("AB"), 3)));
        var other = ChainNotation.Parse("Ab", new NotationOptions { VmId = "other" });
        Assert.Throws<MirrorBackupException>(() => MirrorPlanner.Plan(Plans.Request(Plans.Chain("Ab"), other, 3)));
    }

    [Fact]
    public void Apply_EveryPrefix_LosesNoListedPoint()
    {
        var plan = Plans.Plan("Ijk", "Bcde", 4);
        for (var count = 0; count <= plan.Steps.Length; count++)
        {
            var chain = MirrorPlanner.Apply(plan.Before, plan.Steps.Take(count));

            Assert.All(chain.Points, point => Assert.True(chain.IsRestorable(point)));
        }

        Assert.Equal(plan.Result.Revisions, MirrorPlanner.Apply(plan.Before, plan.Steps).Revisions);
    }
}
