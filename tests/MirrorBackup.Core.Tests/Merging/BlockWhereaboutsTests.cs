using MirrorBackup.Tests.Disks;
using MirrorBackup.Vhd.Merging;
using static MirrorBackup.Tests.Merging.MergeFixture;

namespace MirrorBackup.Tests.Merging;

/// <summary>Whether a block that is missing in a child has moved, or was lost.</summary>
public sealed class BlockWhereaboutsTests
{
    [Fact]
    public void Find_NothingMoved_YoungestChildHoldsEachBlock()
    {
        var found = Find(Disk(0, 1), Files(0, 1), [Disk(1, 2), Disk(2, 3)], [Files(1, 2), Files(2, 3)], wereWhole: false);

        Assert.Equal([1, 2, 3], found.Blocks);
        Assert.Equal([0, 1, 1], found.Holders);
        Assert.Null(found.Loss);
    }

    // The older version of block 2 stays with its child: what moved is the youngest.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Find_FirstBlocksMoved_AreInTheAncestor(bool wereWhole)
    {
        var found = Find(Disk(0, 1), Files(0, 1, 2), [Disk(1, 2), Disk(2, 3)], [Files(2), Files(3)], wereWhole);

        Assert.Equal([-1, -1, 1], found.Holders);
        Assert.Null(found.Loss);
    }

    [Fact]
    public void Find_BlockNowhere_IsLost()
    {
        var found = Find(Disk(0), Files(0), [Disk(0, 1)], [Files(0)], wereWhole: true);

        Assert.Equal(new BlockLoss(1, 0, null), found.Loss);
    }

    // The ancestor has a version of its own: without a proof that the child was whole, the order of moving decides.
    [Theory]
    [InlineData(15, true)]
    [InlineData(16, false)]
    public void Find_OlderVersionInTheAncestor_IsBelievedOnlyInTheOrderOfMoving(int waiting, bool isBelieved)
    {
        int[] blocks = [.. Enumerable.Range(0, waiting + 1)];
        var files = Files([.. blocks[..^1]]);

        var found = Find(Disk(blocks), Files(blocks), [Disk(blocks)], [files], wereWhole: false);

        Assert.Equal(isBelieved ? null : new BlockLoss(waiting, 0, waiting), found.Loss);
        Assert.Null(Find(Disk(blocks), Files(blocks), [Disk(blocks)], [files], wereWhole: true).Loss);
        Assert.Null(Find(Disk(), Files(blocks), [Disk(blocks)], [files], wereWhole: false).Loss);
    }

    private static BlockWhereabouts Find(MemoryDisk ancestor, BlockFiles ancestorFiles, MemoryDisk[] children, BlockFiles[] childFiles, bool wereWhole) =>
        BlockWhereabouts.Find(ancestor, ancestorFiles, children, childFiles, [.. children.SelectMany(static c => c.AllocatedBlocks).Distinct().Order()], wereWhole);

    private static MemoryDisk Disk(params int[] blocks)
    {
        var sectors = new byte?[32 * MemoryDisk.SectorsPerBlock];
        foreach (var block in blocks)
        {
            sectors[block * MemoryDisk.SectorsPerBlock] = 1;
        }

        return new MemoryDisk(Id(1), null, sectors);
    }

    private static BlockFiles Files(params int[] blocks)
    {
        var files = new BlockFiles();
        foreach (var block in blocks)
        {
            files.Add(block);
        }

        return files;
    }
}
