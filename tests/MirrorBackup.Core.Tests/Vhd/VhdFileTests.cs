using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Format;
using static MirrorBackup.Tests.Vhd.VhdBytes;

namespace MirrorBackup.Tests.Vhd;

/// <summary>Files of every known producer, built byte by byte.</summary>
public sealed class VhdFileTests : IAsyncDisposable
{
    private readonly MemoryRemote _remote = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    [Fact]
    public async Task OpenAsync_FileOfXenOrchestra_ReadsItsFieldsAndBlocks()
    {
        await using var file = await OpenAsync(new VhdBytes().Block(0, 1).Block(3, 4));

        Assert.Equal([0, 3], file.AllocatedBlocks);
        Assert.Equal(("disks/d.vhd", 8L * MiB, 2 * MiB, (Guid?)null, (string?)null), (file.Name, file.VirtualSize, file.BlockSize, file.ParentId, file.ParentName));
        Assert.True(file.IsAllocated(3));
        Assert.False(file.IsAllocated(1) || file.IsAllocated(-1) || file.IsAllocated(4) || file.IsAllocated(int.MaxValue));
        Assert.Equal((1, 1), await FirstAndLastAsync(file, 0));
        Assert.Equal((4, 4), await FirstAndLastAsync(file, 3));
    }

    [Fact]
    public async Task OpenAsync_ExportOfAHost_FollowsTheTableOffset()
    {
        await using var file = await OpenAsync(new VhdBytes { Creator = "caml", CreatorVersion = 1, TableOffset = 2048 }.Block(2, 7));

        Assert.Equal((7, 7), await FirstAndLastAsync(file, 2));
        Assert.Equal("caml 0.1", file.Footer.Creator.ToString());
    }

    [Fact]
    public async Task OpenAsync_FileOfTapdisk_PassesOverBatmapGapsAndSpareEntries()
    {
        var bytes = new VhdBytes
        {
            Creator = "tap\0", CreatorVersion = 0x00010003, Hidden = 1, Entries = 900, TablePadding = 0, DataAlignment = 4096, GapAfterTable = 1024, GapBeforeFooter = 1024,
        };

        await using var file = await OpenAsync(bytes.Block(3, 9).Block(0, 8));

        Assert.Equal([0, 3], file.AllocatedBlocks);
        Assert.Equal((9, 9), await FirstAndLastAsync(file, 3));
        Assert.Equal((8, 8), await FirstAndLastAsync(file, 0));
    }

    [Fact]
    public async Task ReadBlockAsync_PartialBitmap_HoldsZerosWhereItsBitsAreZero()
    {
        await using var file = await OpenAsync(new VhdBytes { Creator = "win " }.Block(1, Filled(0xEE), sector => sector is 0 or 4095));
        var (bitmap, data) = (new byte[512], Filled(0x55));

        await file.ReadBlockAsync(1, bitmap, data, Cancellation);

        Assert.Equal((0x80, 0x01), (bitmap[0], bitmap[511]));
        Assert.False(bitmap.AsSpan(1, 510).ContainsAnyExcept((byte)0));
        Assert.False(data.AsSpan(512, data.Length - 1024).ContainsAnyExcept((byte)0));
        Assert.Equal((0xEE, 0xEE), (data[511], data[^512]));
    }

    [Fact]
    public async Task ReadBlockAsync_BuffersThatLieTogether_ReadsTheSame()
    {
        await using var file = await OpenAsync(new VhdBytes().Block(1, Filled(0xEE), sector => sector < 9));
        var together = new byte[512 + (2 * MiB)];
        var (bitmap, data) = (new byte[600], new byte[(2 * MiB) + 8]);

        await file.ReadBlockAsync(1, together.AsMemory(0, 512), together.AsMemory(512), Cancellation);
        await file.ReadBlockAsync(1, bitmap, data, Cancellation);

        Assert.Equal(together[..512], bitmap[..512]);
        Assert.Equal(together.AsSpan(512), data.AsSpan(0, 2 * MiB));
        Assert.Equal((0xFF, 0x80, 0xEE, 0), (together[0], together[1], together[512 + (9 * 512) - 1], together[512 + (9 * 512)]));
    }

    [Theory]
    [InlineData(512)]
    [InlineData(4096)]
    [InlineData(512 * 1024)]
    [InlineData(4 * MiB)]
    [InlineData(16 * MiB)]
    public async Task ReadBlockAsync_OtherBlockSizes_UsesTheBitmapOfThatSize(int blockSize)
    {
        var bytes = new VhdBytes { BlockSize = blockSize, Size = 3L * blockSize };
        await using var file = await OpenAsync(bytes.Block(2, 5).Block(1, 6));
        var (bitmap, data) = (new byte[4096], new byte[blockSize]);

        await file.ReadBlockAsync(2, bitmap, data, Cancellation);

        Assert.False(data.AsSpan().ContainsAnyExcept((byte)5));
        Assert.Equal([1, 2], file.AllocatedBlocks);
    }

    [Fact]
    public async Task ReadBlockAsync_DiskEndsInsideTheBlock_HoldsZerosBeyondWhateverTheFileHas()
    {
        await using var file = await OpenAsync(new VhdBytes { Size = (2 * MiB) + 1024 }.Block(1, 0xEE));
        var (bitmap, data) = (new byte[512], new byte[2 * MiB]);

        await file.ReadBlockAsync(1, bitmap, data, Cancellation);

        Assert.Equal((0xEE, 0, 0), (data[1023], data[1024], data[^1]));
    }

    [Fact]
    public async Task OpenAsync_TableReachesBeyondAShrunkDisk_LeavesThoseBlocksOut()
    {
        await using var file = await OpenAsync(new VhdBytes { Size = 4 * MiB, Entries = 10 }.Block(0, 1).Block(9, 2));

        Assert.Equal([0], file.AllocatedBlocks);
        Assert.False(file.IsAllocated(9));
        Assert.True(file.TryGetBlockOffset(9, out _));
    }

    [Fact]
    public async Task OpenAsync_FooterOf511Bytes_IsRead()
    {
        await using var file = await OpenAsync(new VhdBytes { Creator = "vpc ", EndFooterBytes = 511 }.Block(0, 3));

        Assert.Equal((3, 3), await FirstAndLastAsync(file, 0));
    }

    [Theory]
    [InlineData("dutl", 8 * MiB, 512 * 1024)]
    [InlineData("xo  ", (6 * MiB) + 512, (2 * MiB) - 512)]
    public async Task OpenAsync_LastBlockIsCut_ReadsZerosThere(string creator, int size, int cut)
    {
        await using var file = await OpenAsync(new VhdBytes { Creator = creator, Size = size, CutFromLastBlock = cut }.Block(3, 6));
        var (bitmap, data) = (new byte[512], Filled(0x55));

        await file.ReadBlockAsync(3, bitmap, data, Cancellation);

        var present = data.Length - cut;
        Assert.Equal((6, 0, 0), (data[present - 1], data[present], data[^1]));
    }

    [Theory]
    [InlineData(512)]
    [InlineData(511)]
    public async Task OpenAsync_FixedDisk_ReadsEveryBlock(int footerBytes)
    {
        var content = new byte[(3 * MiB) + 512];
        new Random(5).NextBytes(content);
        var footer = new VhdBytes { Size = content.Length, ChangeFooter = static raw => (raw[63], raw[16], raw[17]) = (2, 0xFF, 0xFF) }.ToArray()[..512];
        await using var file = await OpenAsync([.. content, .. footer[..footerBytes]]);
        var (bitmap, data) = (new byte[512], new byte[2 * MiB]);

        await file.ReadBlockAsync(1, bitmap, data, Cancellation);

        Assert.Equal((VhdDiskType.Fixed, (VhdHeader?)null), (file.Footer.DiskType, file.Header));
        Assert.Equal([0, 1], file.AllocatedBlocks);
        Assert.Equal(content.AsSpan(2 * MiB), data.AsSpan(0, MiB + 512));
        Assert.False(data.AsSpan(MiB + 512).ContainsAnyExcept((byte)0));
        Assert.Equal(System.Security.Cryptography.SHA256.HashData(content), await DiskDigest.ComputeAsync(file, null, Cancellation));
    }

    [Fact]
    public async Task OpenAsync_EndFooterWasOverwritten_OpensOnlyWhenToldSo()
    {
        var bytes = new VhdBytes().Block(0, 3).ToArray();
        bytes.AsSpan(bytes.Length - 512).Fill(0x77);
        var path = RemotePath.Parse("d.vhd");
        await _remote.WriteAllAsync(path, bytes, default, Cancellation);

        var error = await Assert.ThrowsAsync<CorruptBackupException>(async () => await VhdFile.OpenAsync(_remote, path, null, Cancellation));
        await using var file = await VhdFile.OpenAsync(_remote, path, new VhdOpenOptions { VerifyEndFooter = false }, Cancellation);

        Assert.Contains($"d.vhd: the VHD footer at the end (offset {bytes.Length - 512}) differs from its copy at offset 0 from byte 0 on", error.Message, StringComparison.Ordinal);
        Assert.Equal((3, 3), await FirstAndLastAsync(file, 0));
    }

    [Fact]
    public async Task OpenAsync_UnfinishedMergeEnteredABlockItDidNotWrite_ReadsZeros()
    {
        var bytes = new VhdBytes().Block(0, 3).ToArray();
        BinaryPrimitivesWrite(bytes, 1536 + 4, (uint)((bytes.Length - 512) / 512));
        var path = RemotePath.Parse("d.vhd");
        await _remote.WriteAllAsync(path, bytes.AsMemory(0, bytes.Length - 512), default, Cancellation);

        await using var file = await VhdFile.OpenAsync(_remote, path, new VhdOpenOptions { VerifyEndFooter = false }, Cancellation);

        Assert.Equal((0, 0), await FirstAndLastAsync(file, 1));
    }

    [Fact]
    public async Task ReadBlockAsync_WrongArguments_AreRefused()
    {
        await using var file = await OpenAsync(new VhdBytes().Block(0, 1));

        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await file.ReadBlockAsync(1, new byte[512], new byte[2 * MiB], Cancellation));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await file.ReadBlockAsync(0, new byte[511], new byte[2 * MiB], Cancellation));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(async () => await file.ReadBlockAsync(0, new byte[512], new byte[MiB], Cancellation));
    }

    [Fact]
    public async Task OpenAsync_NothingThere_SaysSo() =>
        await Assert.ThrowsAsync<RemoteNotFoundException>(async () => await VhdFile.OpenAsync(_remote, RemotePath.Parse("none.vhd"), null, Cancellation));

    private static void BinaryPrimitivesWrite(byte[] bytes, int offset, uint value) =>
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(offset), value);

    private static async Task<(int First, int Last)> FirstAndLastAsync(VhdFile file, int block)
    {
        var (bitmap, data) = (new byte[512], new byte[2 * MiB]);
        await file.ReadBlockAsync(block, bitmap, data, Cancellation);
        return (data[0], data[^1]);
    }

    private Task<VhdFile> OpenAsync(VhdBytes bytes) => OpenAsync(bytes.ToArray());

    private async Task<VhdFile> OpenAsync(byte[] bytes)
    {
        var path = RemotePath.Parse("disks/d.vhd");
        await _remote.WriteAllAsync(path, bytes, default, Cancellation);
        return await VhdFile.OpenAsync(_remote, path, null, Cancellation);
    }
}
