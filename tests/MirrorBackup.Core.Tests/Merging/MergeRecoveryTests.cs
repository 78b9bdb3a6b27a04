using System.Collections.Immutable;
using System.Text;
using MirrorBackup.Vhd.Merging;
using static MirrorBackup.Tests.Merging.MergeFixture;

namespace MirrorBackup.Tests.Merging;

public sealed class MergeRecoveryTests
{
    private static readonly MergeMember s_a = new("a.vhd", Id(1), null, null) { FooterChecksum = 11, HeaderChecksum = 111 };
    private static readonly MergeMember s_b = new("b.vhd", Id(2), Id(1), "a.vhd");
    private static readonly MergeMember s_c = new("c.vhd", Id(3), Id(2), "b.vhd");
    private static readonly MergeMember s_complete = s_a with { Id = Id(3), FooterChecksum = 33 };

    private static readonly MergeState s_state = new() { Chain = ["a.vhd", "b.vhd", "c.vhd"], AncestorId = Id(1), NewestId = Id(3), CurrentBlock = 5 };
    private static readonly MergeState s_ours = s_state with { AncestorFooterChecksum = 11 };
    private static readonly MergeState s_cleanup = s_state with { Step = MergeStep.Cleanup };

    [Fact]
    public void Assess_AllThere_BlocksAreCopiedAgainUnlessTheStateIsProvenOurs()
    {
        Assert.Equal((MergeWork.Blocks, false), Resumable(Assess(s_state, [s_a, s_b, s_c])));
        Assert.Equal((MergeWork.Blocks, true), Resumable(Assess(s_ours, [s_a, s_b, s_c])));
        Assert.Equal((MergeWork.Blocks, false), Resumable(Assess(s_ours, [s_a with { FooterChecksum = 12 }, s_b, s_c])));
        Assert.Equal((MergeWork.Blocks, false), Resumable(Assess(s_cleanup, [s_complete, s_b, s_c])));
        Assert.Equal((MergeWork.Rename, false), Resumable(Assess(s_ours with { Step = MergeStep.Cleanup }, [s_complete, s_b, s_c])));
    }

    // Children deleted, ancestor not renamed: where Xen Orchestra loses the whole lineage.
    [Fact]
    public void Assess_ChildrenGoneAndAncestorComplete_TakesTheName()
    {
        var assessment = Assert.IsType<MergeAssessment.Resumable>(Assess(s_cleanup, [s_complete]));

        Assert.Equal((MergeWork.Rename, Id(3), null), (assessment.Work, assessment.SurvivorId, assessment.SurvivorParentId));
    }

    [Fact]
    public void Assess_RenamedAlready_OnlyRemoves() =>
        Assert.Equal((MergeWork.Remove, false), Resumable(Assess(s_cleanup, [s_complete with { Name = "c.vhd" }, s_b])));

    [Fact]
    public void Assess_StateOutlivedItsFiles_IsLeftover()
    {
        Assert.IsType<MergeAssessment.Leftover>(Assess(s_cleanup, []));
        Assert.IsType<MergeAssessment.Leftover>(Assess(s_cleanup, [s_b]));
        Assert.IsType<MergeAssessment.Leftover>(Assess(s_cleanup, [s_b, s_c]));
        Assert.IsType<MergeAssessment.Leftover>(Assess(s_cleanup, [s_a, s_b, s_c]));
        Assert.IsType<MergeAssessment.Leftover>(Assess(s_state, [s_a with { Id = Id(8) }, s_b, s_c]));
    }

    // Xen Orchestra resumes any state, also over a point that is listed (golden fault merge-state-active).
    [Theory]
    [InlineData("a.vhd")]
    [InlineData("b.vhd")]
    public void Assess_PointThatWouldBeRemovedIsListed_IsLeftover(string listed) =>
        Assert.IsType<MergeAssessment.Leftover>(
            MergeRecovery.Assess(s_state, "a.vhd", Folder([s_a, s_b, s_c]), name => name == listed || name == "c.vhd"));

    [Fact]
    public void Assess_ChildGoneBeforeItsDataWasTaken_IsUnfinishable()
    {
        Assert.IsType<MergeAssessment.Unfinishable>(Assess(s_state, [s_a, s_c]));
        Assert.IsType<MergeAssessment.Unfinishable>(Assess(s_state, [s_a, s_b]));
        Assert.IsType<MergeAssessment.Unfinishable>(Assess(s_state, [s_a, s_b, s_c with { Id = Id(7) }]));
        Assert.IsType<MergeAssessment.Unfinishable>(Assess(s_state, [s_a, s_b with { ParentId = Id(7) }, s_c]));
    }

    // The former form proves its files by their headers; ids that are said and found say the same, also where a grown table changed the header.
    [Fact]
    public void Assess_OtherHeaders_StandAgainstAStateWithoutIdsOnly()
    {
        var other = s_state with { AncestorHeaderChecksum = 5, NewestHeaderChecksum = 1 };

        Assert.Equal((MergeWork.Blocks, false), Resumable(Assess(other, [s_a, s_b, s_c])));
        Assert.IsType<MergeAssessment.Unfinishable>(Assess(other with { AncestorId = null }, [s_a, s_b, s_c]));
        Assert.IsType<MergeAssessment.Unfinishable>(Assess(other with { NewestId = null }, [s_a, s_b, s_c]));
        Assert.Equal((MergeWork.Blocks, false), Resumable(Assess(s_state with { NewestId = null, AncestorHeaderChecksum = 111 }, [s_a, s_b, s_c])));
    }

    [Fact]
    public void Assess_NoChain_FollowsTheLinksToTheFirstListed()
    {
        var assessment = Assert.IsType<MergeAssessment.Resumable>(Assess(MergeState.Empty, [s_a, s_b, s_c]));
        Assert.Equal(["a.vhd", "b.vhd", "c.vhd"], assessment.Chain);

        Assert.IsType<MergeAssessment.Unfinishable>(Assess(MergeState.Empty, [s_a, s_b]));
        Assert.IsType<MergeAssessment.Unfinishable>(Assess(MergeState.Empty, [s_a, s_b, s_c, s_b with { Name = "d.vhd" }]));
        Assert.IsType<MergeAssessment.Leftover>(Assess(MergeState.Empty, [s_b, s_c]));
    }

    [Fact]
    public void ToJson_State_IsReadBackAndHasXenOrchestrasKeys()
    {
        var state = s_ours with { Step = MergeStep.Cleanup, MergedBytes = 4194304, DiskSize = 6295552, AppendSector = 4 };

        var json = state.ToJson();
        var read = MergeState.Parse(json, "state");

        Assert.Equal(
            "{\"child\":{\"uuid\":\"" + Id(3) + "\"},\"parent\":{\"uuid\":\"" + Id(1) + "\",\"footerChecksum\":11},\"chain\":[\"a.vhd\",\"b.vhd\",\"c.vhd\"],"
            + "\"currentBlock\":5,\"mergedDataSize\":4194304,\"step\":\"cleanup\",\"diskSize\":6295552,\"appendSector\":4}",
            Encoding.UTF8.GetString(json));
        Assert.Equal(state.Chain, read.Chain);
        Assert.Equal(state with { Chain = [] }, read with { Chain = [] });
    }

    [Theory]
    [InlineData("{\"step\":\"cleanupEverything\"}", "cleanupEverything")]
    [InlineData("{\"step\":7}", "Number")]
    [InlineData("{\"chain\":[\"a.vhd\",\"../b.vhd\"]}", "../b.vhd")]
    [InlineData("{\"chain\":[\"a.vhd\",\"a.vhd\"]}", "a.vhd")]
    [InlineData("{\"chain\":[\"a.vhd\"]}", "1 files")]
    [InlineData("{\"step\":\"\\ud800\"}", "not valid Unicode")]
    [InlineData("{\"chain\":[\"a.vhd\",\"\\udc00.vhd\"]}", "not valid Unicode")]
    [InlineData("{\"\\ud800\":1,\"step\":\"cleanup\"}", "not valid Unicode")]
    public void Parse_WhatCannotBeFollowed_IsRefusedLoudly(string json, string named)
    {
        var error = Assert.Throws<CorruptBackupException>(() => MergeState.Parse(Encoding.UTF8.GetBytes(json), "disk/.a.vhd.merge.json"));

        Assert.Equal(ErrorCodes.CorruptMergeState, error.Code);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
        Assert.Contains("disk/.a.vhd.merge.json", error.Message, StringComparison.Ordinal);
    }

    private static MergeAssessment Assess(MergeState state, MergeMember[] folder) =>
        MergeRecovery.Assess(state, "a.vhd", Folder(folder), static name => name == "c.vhd");

    private static Dictionary<string, MergeMember> Folder(MergeMember[] members) => members.ToDictionary(static member => member.Name);

    private static (MergeWork Work, bool TrustsProgress) Resumable(MergeAssessment assessment)
    {
        var resumable = Assert.IsType<MergeAssessment.Resumable>(assessment);
        return (resumable.Work, resumable.TrustsProgress);
    }
}
