using MirrorBackup.Repositories;

namespace MirrorBackup.Tests.Repositories;

public sealed class RepositoryPathsTests
{
    [Theory]
    [InlineData(1738288985000, "20250131T020305Z")]
    [InlineData(1738288985999, "20250131T020305Z")]
    [InlineData(0, "19700101T000000Z")]
    [InlineData(253402300799999, "99991231T235959Z")]
    public void NameOf_Instant_IsTruncatedToSeconds(long timestamp, string expected) =>
        Assert.Equal(expected, RepositoryPaths.NameOf(timestamp));

    [Theory]
    [InlineData(-1)]
    [InlineData(253402300800000)]
    [InlineData(long.MaxValue)]
    public void NameOf_InstantWithoutName_Throws(long timestamp) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => RepositoryPaths.NameOf(timestamp));

    [Fact]
    public void Paths_OfAVm_AreThoseOfXenOrchestra()
    {
        Assert.Equal("xo-vm-backups/vm", RepositoryPaths.VmFolder("vm").Value);
        Assert.Equal("vdis/job/disk", RepositoryPaths.DiskFolder("job", "disk"));
        Assert.Equal("vdis/job/disk/.a.vhd.merge.json", RepositoryPaths.MergeState("vdis/job/disk/a.vhd"));
        Assert.Equal("20250131T020305Z.json", RepositoryPaths.Metadata("20250131T020305Z"));
        Assert.Equal("20250131T020305Z.xva", RepositoryPaths.Archive("20250131T020305Z"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a\0")]
    [InlineData("nul")]
    [InlineData("C:")]
    public void Ids_ThatAreNotOneSegment_AreRefused(string id)
    {
        Assert.Equal(ErrorCodes.InvalidPath, Assert.Throws<CorruptBackupException>(() => RepositoryPaths.VmFolder(id)).Code);
        Assert.Equal(ErrorCodes.InvalidPath, Assert.Throws<CorruptBackupException>(() => RepositoryPaths.DiskFolder("job", id)).Code);
        Assert.False(RepositoryPaths.IsSafeSegment(id));
    }
}
