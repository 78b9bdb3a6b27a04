using FsCheck.Xunit;
using MirrorBackup.Disks;
using MirrorBackup.Vhd.Format;

namespace MirrorBackup.Tests.Vhd.Format;

public sealed class SectorBitmapTests
{
    [Theory]
    [InlineData(512, 512)]
    [InlineData(512 * 1024, 512)]
    [InlineData(2 * 1024 * 1024, 512)]
    [InlineData(4 * 1024 * 1024, 1024)]
    [InlineData(16 * 1024 * 1024, 4096)]
    public void BitmapBytes_PublishedVector_IsWholeSectors(int blockSize, int bytes) => Assert.Equal(bytes, VhdBlock.BitmapBytes(blockSize));

    [Fact]
    public void IsSet_FirstByte80_IsTheFirstSectorOnly()
    {
        Assert.True(SectorBitmap.IsSet([0x80, 0], 0));
        Assert.False(SectorBitmap.IsSet([0x80, 0], 7));
        Assert.True(SectorBitmap.IsSet([0, 1], 15));
    }

    [Property]
    public bool Set_AnyRun_SetsExactlyItsBits(byte first, byte second)
    {
        var bitmap = new byte[32];
        var (start, end) = (Math.Min(first, second), Math.Max(first, second));
        SectorBitmap.Set(bitmap, start, end - start);
        return Enumerable.Range(0, 256).All(s => SectorBitmap.IsSet(bitmap, s) == (s >= start && s < end))
            && SectorBitmap.IsFull(bitmap, end) == (start == 0 || end == 0)
            && !SectorBitmap.IsFull(bitmap, end + 1);
    }

    [Property]
    public bool RunLength_AnyBitmap_CoversItInRunsOfEqualBits(byte[] seed, byte cut)
    {
        var bitmap = new byte[seed.Length + 1];
        seed.CopyTo(bitmap, 0);
        var sectors = (bitmap.Length * 8) - (cut % 8);
        for (var sector = 0; sector < sectors;)
        {
            var run = SectorBitmap.RunLength(bitmap, sector, sectors);
            var value = SectorBitmap.IsSet(bitmap, sector);
            var same = run >= 1 && Enumerable.Range(sector, run).All(s => SectorBitmap.IsSet(bitmap, s) == value);
            if (!same || sector + run > sectors || (sector + run < sectors && SectorBitmap.IsSet(bitmap, sector + run) == value))
            {
                return false;
            }

            sector += run;
        }

        return true;
    }
}
