using MirrorBackup.Backups;

namespace MirrorBackup.Tests.Backups;

public sealed class BackupChainTests
{
    [Fact]
    public void Revision_AskedForMoreOftenThanBisectionIsWorth_IsStillFound()
    {
        var chain = BackupChain.From(new TestChain { Revisions = [.. Enumerable.Range(0, 64).Reverse().Select(number => Revision($"vdis/job/disk/{number:000}.vhd", $"id {number}"))] });

        for (var round = 0; round < 3; round++)
        {
            Assert.All(Enumerable.Range(0, 64), number => Assert.Equal($"id {number}", chain.Revision($"vdis/job/disk/{number:000}.vhd")?.Id));
            Assert.Null(chain.Revision("vdis/job/disk/000"));
            Assert.Null(chain.Revision("vdis/job/disk/0315.vhd"));
            Assert.Null(chain.Revision("w"));
        }
    }

    [Fact]
    public void From_OneIdInTwoFolders_LinksWithinEachFolder()
    {
        var chain = BackupChain.From(new TestChain
        {
            Revisions =
            [
                Revision("vdis/one/disk/1.vhd", "key"), Revision("vdis/one/disk/2.vhd", "delta", "key"),
                Revision("vdis/two/disk/1.vhd", "key"), Revision("vdis/two/disk/2.vhd", "delta", "key"),
                Revision("vdis/three/disk/2.vhd", "delta", "key"),
            ],
        });

        Assert.Equal("vdis/one/disk/1.vhd", chain.ParentOf("vdis/one/disk/2.vhd")?.Path);
        Assert.Equal("vdis/two/disk/1.vhd", chain.ParentOf("vdis/two/disk/2.vhd")?.Path);
        Assert.Equal(["vdis/two/disk/2.vhd"], chain.ChildrenOf("vdis/two/disk/1.vhd").Select(child => child.Path));
        Assert.Null(chain.ParentOf("vdis/three/disk/2.vhd"));
        Assert.False(chain.IsViewable("vdis/three/disk/2.vhd"));
        Assert.Equal([(ChainProblemKind.MissingParent, "vdis/three/disk/2.vhd")], chain.Problems.Select(problem => (problem.Kind, problem.Path)));
    }

    [Fact]
    public void From_OneIdTwiceInAFolder_SaysSoAndTakesTheNearestParentBefore()
    {
        var chain = BackupChain.From(new TestChain
        {
            Revisions = [Revision("d/1.vhd", "key"), Revision("d/2.vhd", "key"), Revision("d/3.vhd", "delta", "key"), Revision("d/4.vhd", "key")],
        });

        Assert.Equal("d/2.vhd", chain.ParentOf("d/3.vhd")?.Path);
        Assert.Equal([(ChainProblemKind.DuplicateRevision, "d/1.vhd", "3 revisions of its folder have the id key.")], chain.Problems.Select(problem => (problem.Kind, problem.Path, problem.Message)));
    }

    [Fact]
    public void From_ParentThatSortsAfterItsChild_IsLinkedAndViewable()
    {
        var chain = BackupChain.From(new TestChain { Revisions = [Revision("d/1.vhd", "delta", "key"), Revision("d/2.vhd", "key")] });

        Assert.Equal("d/2.vhd", chain.ParentOf("d/1.vhd")?.Path);
        Assert.True(chain.IsViewable("d/1.vhd"));
        Assert.Empty(chain.Problems);
    }

    [Fact]
    public void From_ParentsInACircle_AreProblemsAndNotViewable()
    {
        var chain = BackupChain.From(new TestChain
        {
            Revisions = [Revision("d/1.vhd", "a", "b"), Revision("d/2.vhd", "b", "a"), Revision("d/3.vhd", "c", "b"), Revision("d/4.vhd", "key")],
        });

        Assert.Equal(
            ["d/1.vhd", "d/2.vhd", "d/3.vhd"],
            chain.Problems.Where(problem => problem.Kind == ChainProblemKind.ParentCycle).Select(problem => problem.Path));
        Assert.Equal(["d/4.vhd"], chain.Revisions.Where(revision => chain.IsViewable(revision.Path)).Select(revision => revision.Path));
    }

    [Fact]
    public void IsListed_PathsWithAndWithoutARevision_SaysWhatThePointsSay()
    {
        var chain = BackupChain.From(new TestChain
        {
            Points =
            [
                new RestorePoint { Id = new PointId(BackupMode.Incremental, 2000), Name = "b", Disks = [new PointDisk("one", "d/1.vhd"), new PointDisk("two", "e/1.vhd")] },
                new RestorePoint { Id = new PointId(BackupMode.Incremental, 1000), Name = "c", Disks = [new PointDisk("one", "d/1.vhd")] },
            ],
            Revisions = [Revision("d/1.vhd", "key"), Revision("d/2.vhd", "other")],
        });

        Assert.Equal(["c", "b"], chain.Points.Select(point => point.Name));
        Assert.Equal([true, false, true, false], ((string[])["d/1.vhd", "d/2.vhd", "e/1.vhd", "e/2.vhd"]).Select(chain.IsListed));
        Assert.Equal([true, false], chain.Points.Select(chain.IsRestorable));
        Assert.Equal("c", chain.Find(new PointId(BackupMode.Incremental, 1000))?.Name);
        Assert.Null(chain.Find(new PointId(BackupMode.Incremental, 1500)));
    }

    private static DiskRevision Revision(string path, string id, string? parentId = null) => new() { Disk = "disk", Id = id, ParentId = parentId, Path = path };
}
