using System.Security.Cryptography;
using MirrorBackup.Disks;

namespace MirrorBackup.Tests.Disks;

public sealed class DiskViewTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ComputeAsync_EmptyDisk_IsTheDigestOfNothing()
    {
        await using var disk = new MemoryDisk(Guid.Empty, null, []);

        Assert.Equal(SHA256.HashData([]), await DiskDigest.ComputeAsync(disk, null, Cancellation));
    }

    [Fact]
    public async Task ComputeAsync_OnlyZeros_HashesTheirNumber()
    {
        await using var disk = new MemoryDisk(Guid.Empty, null, new byte?[5001]);

        Assert.Equal(SHA256.HashData(new byte[5001 * 512]), await DiskDigest.ComputeAsync(disk, null, Cancellation));
    }

    [Fact]
    public async Task ComputeAsync_Delta_IsRefused()
    {
        await using var disk = new MemoryDisk(Guid.Empty, Guid.AllBitsSet, [1]);

        await Assert.ThrowsAsync<ArgumentException>(async () => await DiskDigest.ComputeAsync(disk, null, Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(async () => await RawImage.ExportAsync(disk, new MemoryStream(), null, Cancellation));
    }

    [Fact]
    public async Task ComputeAsync_BlockCannotBeRead_RaisesItsErrorAndEndsTheReadAhead()
    {
        var sectors = new byte?[10 * MemoryDisk.SectorsPerBlock];
        Array.Fill(sectors, (byte)1);
        await using var disk = new MemoryDisk(Guid.Empty, null, sectors) { FailingBlock = 3 };

        var error = await Assert.ThrowsAsync<CorruptBackupException>(async () => await DiskDigest.ComputeAsync(disk, null, Cancellation));

        Assert.EndsWith("block 3", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ComputeAsync_Cancelled_Stops()
    {
        await using var disk = new MemoryDisk(Guid.Empty, null, new byte?[100]);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await DiskDigest.ComputeAsync(disk, null, cancelled.Token));
    }

    [Fact]
    public async Task ExportAsync_Progress_EndsWithTheSizeOfTheDisk()
    {
        var sectors = new byte?[100];
        sectors[40] = 7;
        await using var disk = new MemoryDisk(Guid.Empty, null, sectors);
        var progress = new Positions();

        await RawImage.ExportAsync(disk, new MemoryStream(), progress, Cancellation);

        Assert.Equal([32 * 512, 48 * 512, 100 * 512], progress.Seen);
    }

    [Fact]
    public async Task ExportAsync_DestinationHeldMore_IsCut()
    {
        await using var disk = new MemoryDisk(Guid.Empty, null, [1, null, 3]);
        using var destination = new MemoryStream();
        destination.Write(Enumerable.Repeat((byte)0xEE, 5000).ToArray());

        await RawImage.ExportAsync(disk, destination, null, Cancellation);

        Assert.Equal([.. Enumerable.Repeat((byte)1, 512), .. new byte[512], .. Enumerable.Repeat((byte)3, 512)], destination.ToArray());
        await Assert.ThrowsAsync<ArgumentException>(async () => await RawImage.ExportAsync(disk, new MemoryStream([], writable: false), null, Cancellation));
    }

    private sealed class Positions : IProgress<long>
    {
        public List<long> Seen { get; } = [];

        public void Report(long value) => Seen.Add(value);
    }
}
