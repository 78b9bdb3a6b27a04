using System.Security.Cryptography;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Tests.Vhd.Format;
using MirrorBackup.Vhd;

namespace MirrorBackup.Tests.Vhd;

public sealed class VhdFileWriterTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Epoch = new(2000, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly RemotePath Path = RemotePath.Parse("disks/20260105T010000Z.vhd");

    private readonly MemoryRemote _remote = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>The published streams S0 to S3 (<c>formats/vhd.md</c> §8.5), made with Xen Orchestra's geometry and timestamp 0.</summary>
    public static TheoryData<DiskIdentity, int[], byte[], int, string> Streams => new()
    {
        { Key(8), [], [], 2560, "30e9c40f3c3c5f4e6b8ae7085166732eb87ed657e09a9bb2e05543c05bc3b2d8" },
        { Key(8), [0, 3], [1, 4], 4197888, "0593643250a699562dfb953db3e34548a580670dea054826989043c985d56307" },
        { Key(5), [0, 2], [1, 3], 4197888, "6ebb064280d09cceb938960836331b52642e899d8837993c446bb65cacd4719b" },
        {
            new(VhdVectors.U2, VhdVectors.U1, "a.vhd", 8 * VhdVectors.MiB), [1, 2], [0xEE, 0xEE], 4197888,
            "dedec7df9ca422d8e4fa5f8f5c228ee0ce2e0012bf8629c00e8a05f530e2a3e1"
        },
    };

    [Theory]
    [MemberData(nameof(Streams), DisableDiscoveryEnumeration = true)]
    public async Task CompleteAsync_PublishedStream_IsReproducedBitForBit(DiskIdentity disk, int[] blocks, byte[] values, int length, string sha256)
    {
        var geometry = disk.VirtualSize == 5 * VhdVectors.MiB
            ? MirrorBackup.Vhd.Format.VhdGeometry.OfXenOrchestra(disk.VirtualSize)
            : new(241, 4, 17);
        var options = new VhdWriteOptions { Timestamp = Epoch, Geometry = geometry };
        await using (var writer = await VhdFileWriter.CreateAsync(_remote, Path, disk, blocks, options, Cancellation))
        {
            foreach (var (block, value) in blocks.Zip(values))
            {
                var data = new byte[2 * VhdBytes.MiB];
                data.AsSpan(0, (int)Math.Min(data.Length, disk.VirtualSize - ((long)block * data.Length))).Fill(value);
                await writer.WriteBlockAsync(block, data, Cancellation);
            }

            Assert.Equal(length, await writer.CompleteAsync(Cancellation));
        }

        var content = await _remote.ReadAllAsync(Path, 1 << 26, Cancellation);
        Assert.Equal(length, content.Length);
        Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(content)));
    }

    [Theory]
    [InlineData(0, 0, 2048)]
    [InlineData(512, 0, 2560)]
    [InlineData(512, 1, 2100224)]
    [InlineData(2 * VhdVectors.MiB, 1, 2100224)]
    [InlineData((2 * VhdVectors.MiB) + 1, 2, 4197888)]
    [InlineData(8 * VhdVectors.MiB, 2, 4197888)]
    [InlineData(256 * VhdVectors.MiB, 0, 2560)]
    [InlineData(256 * VhdVectors.MiB, 128, 268503552)]
    [InlineData((256 * VhdVectors.MiB) + 1, 0, 3072)]
    [InlineData(10240 * VhdVectors.MiB, 0, 22528)]
    [InlineData(10240 * VhdVectors.MiB, 5120, 10740062208)]
    [InlineData(102400 * VhdVectors.MiB, 51200, 107400603648)]
    [InlineData(2040L * 1024 * VhdVectors.MiB, 0, 4179968)]
    [InlineData(2040L * 1024 * VhdVectors.MiB, 1044480, 2190972274688)]
    [InlineData(9000 * VhdVectors.MiB, 5, 10508800)]
    public void ComputeLength_PublishedLength_IsThatOfTheDescription(long size, int blocks, long length)
    {
        var options = new VhdWriteOptions { Timestamp = Epoch };

        var description = VhdStreamDescription.Create(new(VhdVectors.U1, null, null, size), [.. Enumerable.Range(0, blocks)], options);

        Assert.Equal(length, VhdStreamDescription.ComputeLength(size, blocks));
        Assert.Equal(length, description.Length);
        var export = VhdStreamDescription.Create(new(VhdVectors.U1, null, null, size), [], options with { GapBeforeTable = 512 });
        Assert.Equal(VhdStreamDescription.ComputeLength(size, 0) + 512, export.Length);
    }

    [Fact]
    public async Task WriteBlockAsync_VectorS1_PlacesBlocksInTheirOrder()
    {
        await WriteAsync(Key(8), [3, 0]);

        await using var file = await VhdFile.OpenAsync(_remote, Path, null, Cancellation);

        Assert.Equal((3, 4u, 0, 4101u), (file.Placement!.Indexes[0], file.Placement.Sectors[0], file.Placement.Indexes[1], file.Placement.Sectors[1]));
        Assert.Equal([0, 3], file.AllocatedBlocks);
    }

    [Fact]
    public async Task CompleteAsync_Default_HasMaximalGeometryAndTheTimestampOf2000()
    {
        await WriteAsync(Key(8), []);

        var footer = (await _remote.ReadAllAsync(Path, 1 << 20, Cancellation))[..512];

        Assert.Equal("FFFF10FF", Convert.ToHexString(footer.AsSpan(56, 4)));
        Assert.Equal("312EFDC0", Convert.ToHexString(footer.AsSpan(24, 4)));
        Assert.Equal("xo  ", System.Text.Encoding.ASCII.GetString(footer, 28, 4));
    }

    [Fact]
    public async Task WriteBlockAsync_NotTheAnnouncedBlock_IsRefused()
    {
        await using var writer = await CreateAsync(Key(8), [0, 3]);

        var wrong = await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.WriteBlockAsync(3, new byte[2 * VhdBytes.MiB], Cancellation));
        Assert.Contains("was given block 3, expected 0", wrong.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<ArgumentException>(async () => await writer.WriteBlockAsync(0, new byte[512], Cancellation));
    }

    [Fact]
    public async Task CompleteAsync_BlocksAreMissing_IsRefusedAndNothingIsLeft()
    {
        await using (var writer = await CreateAsync(Key(8), [0, 3]))
        {
            await writer.WriteBlockAsync(0, new byte[2 * VhdBytes.MiB], Cancellation);
            var missing = await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.CompleteAsync(Cancellation));
            Assert.Contains("1 of its 2 blocks; the next is 3", missing.Message, StringComparison.Ordinal);
        }

        Assert.Null(await _remote.StatAsync(Path, Cancellation));
    }

    [Fact]
    public async Task WriteBlockAsync_AfterCompletion_IsRefused()
    {
        await using var writer = await CreateAsync(Key(8), []);
        await writer.CompleteAsync(Cancellation);

        await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.WriteBlockAsync(0, new byte[2 * VhdBytes.MiB], Cancellation));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await writer.CompleteAsync(Cancellation));
    }

    public static TheoryData<DiskIdentity, int[], Type> Refused => new()
    {
        { Key(8), [4], typeof(ArgumentOutOfRangeException) },
        { Key(8), [-1], typeof(ArgumentOutOfRangeException) },
        { Key(8), [1, 1], typeof(ArgumentException) },
        { new(VhdVectors.U2, VhdVectors.U1, null, 512), [], typeof(ArgumentException) },
        { new(VhdVectors.U2, null, "a.vhd", 512), [], typeof(ArgumentException) },
        { new(VhdVectors.U2, null, null, -1), [], typeof(ArgumentOutOfRangeException) },
        { new(VhdVectors.U2, VhdVectors.U1, new string('a', 257), 512), [], typeof(UnsupportedBackupException) },
        { new(VhdVectors.U2, null, null, long.MaxValue), [], typeof(UnsupportedBackupException) },
        { new(VhdVectors.U2, null, null, 1_048_320L << 21), [.. Enumerable.Range(0, 1_048_320)], typeof(UnsupportedBackupException) },
    };

    [Theory]
    [MemberData(nameof(Refused), DisableDiscoveryEnumeration = true)]
    public void Create_WhatAFileCannotHold_IsRefused(DiskIdentity disk, int[] blocks, Type exception) =>
        Assert.IsType(exception, Record.Exception(() => VhdStreamDescription.Create(disk, blocks, new VhdWriteOptions { Timestamp = Epoch })));

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    [Fact]
    public void Create_AsManyBlocksAsATableCanPlace_IsAccepted()
    {
        var description = VhdStreamDescription.Create(
            new(VhdVectors.U2, null, null, 1_048_319L << 21), [.. Enumerable.Range(0, 1_048_319)], new VhdWriteOptions { Timestamp = Epoch });

        Assert.Equal(VhdStreamDescription.ComputeLength(1_048_319L << 21, 1_048_319), description.Length);
    }

    private static DiskIdentity Key(int mebibytes) => new(VhdVectors.U1, null, null, mebibytes * VhdVectors.MiB);

    private async Task<VhdFileWriter> CreateAsync(DiskIdentity disk, int[] blocks)
    {
        var options = new VhdWriteOptions { Timestamp = new(2026, 2, 23, 12, 0, 0, TimeSpan.Zero) };
        return await VhdFileWriter.CreateAsync(_remote, Path, disk, blocks, options, Cancellation);
    }

    private async Task WriteAsync(DiskIdentity disk, int[] blocks)
    {
        await using var writer = await CreateAsync(disk, blocks);
        foreach (var block in blocks)
        {
            await writer.WriteBlockAsync(block, VhdBytes.Filled((byte)block), Cancellation);
        }

        await writer.CompleteAsync(Cancellation);
    }
}
