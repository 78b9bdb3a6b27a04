using MirrorBackup.Backups;
using MirrorBackup.Codecs;
using MirrorBackup.Disks;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Tests.Disks;

public sealed class BlockBuffersTests
{
    [Fact]
    public void UsualBytes_BlockInAnyForm_FitsIn()
    {
        var longest = Enum.GetValues<BlockCodec>().Max(static codec => BlockCompression.MaximumLength(codec, StoredBlockBuffers.ClearLength));

        Assert.InRange(longest + 28, StoredBlockBuffers.ClearLength, BlockBuffers.UsualBytes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(100_000)]
    [InlineData(BlockBuffers.UsualBytes)]
    [InlineData(BlockBuffers.UsualBytes + 1)]
    public void Rent_AnyLength_IsExactlyAsLong(int length)
    {
        using var buffer = BlockBuffers.Rent(length);

        Assert.Equal(length, buffer.Memory.Length);
    }

    [Fact]
    public void Rent_SeveralAtOnce_AreApart()
    {
        using var first = BlockBuffers.Rent(StoredBlockBuffers.ClearLength);
        using var second = BlockBuffers.Rent(StoredBlockBuffers.ClearLength);
        first.Span.Fill(1);
        second.Span.Fill(2);

        Assert.False(first.Span.ContainsAnyExcept((byte)1));
        Assert.False(second.Span.ContainsAnyExcept((byte)2));
    }
}
