using MirrorBackup.Backups;

namespace MirrorBackup.Tests.Backups;

public sealed class PointIdTests
{
    [Theory]
    [InlineData(1767574800000, "20260105T010000Z")]
    [InlineData(1767574800250, "20260105T010000.250Z")]
    [InlineData(long.MaxValue, "9223372036854775807")]
    public void ToString_AnyTimestamp_IsTheNameOrTheNumber(long timestamp, string expected) =>
        Assert.Equal(expected, new PointId(BackupMode.Full, timestamp).ToString());
}
