using FsCheck;
using FsCheck.Fluent;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Tests.Vhd.Directories;

public sealed class BlockPresenceTests
{
    [Fact]
    public void Blocks_ExampleOfTheSpecification_AreThoseOfItsBits()
    {
        var bat = new byte[4500];
        (bat[0], bat[124], bat[125], bat[154]) = (0x81, 0x01, 0x80, 0x20);

        var blocks = new BlockPresence(bat, 4500);

        Assert.Equal([0, 7, 999, 1000, 1234], blocks);
        Assert.Equal([0, 7, 999, 1000, 1234], Enumerable.Range(0, blocks.Count).Select(i => blocks[i]));
        Assert.True(blocks.Contains(999));
        Assert.False(blocks.Contains(998));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(63, 63)]
    [InlineData(64, 64)]
    [InlineData(65, 65)]
    [InlineData(80, 80)]
    [InlineData(81, 80)] // The bits that are missing are 0.
    [InlineData(5000, 80)]
    public void Count_TenBytesOfOnes_IsBoundedByDiskAndBitmap(int blockCount, int expected)
    {
        var blocks = new BlockPresence(Enumerable.Repeat((byte)0xFF, 10).ToArray(), blockCount);

        Assert.Equal(expected, blocks.Count);
        Assert.Equal(Enumerable.Range(0, expected), blocks);
        Assert.False(blocks.Contains(blockCount));
        Assert.False(blocks.Contains(-1));
        Assert.False(blocks.Contains(int.MaxValue));
        Assert.Throws<ArgumentOutOfRangeException>(() => blocks[expected]);
        Assert.Throws<ArgumentOutOfRangeException>(() => blocks[-1]);
    }

    [Fact]
    public void Blocks_AnySetOfThem_IsTheSameByIndexByOrderAndByQuestion()
    {
        var cases = Gen.Choose(1, 40_000).SelectMany(count => Gen.ArrayOf(Gen.Choose(0, count - 1)).Select(set => (Count: count, Set: set))).ToArbitrary();
        Check.QuickThrowOnFailure(Prop.ForAll(cases, static item =>
        {
            var bat = new byte[(item.Count + 7) / 8];
            foreach (var block in item.Set)
            {
                bat[block / 8] |= (byte)(128 >> (block % 8));
            }

            var expected = item.Set.Distinct().Order().ToArray();
            var blocks = new BlockPresence(bat, item.Count);
            return expected.SequenceEqual(blocks)
                && expected.SequenceEqual(Enumerable.Range(0, blocks.Count).Select(i => blocks[i]))
                && Enumerable.Range(0, item.Count).Where(blocks.Contains).SequenceEqual(expected);
        }));
    }
}
