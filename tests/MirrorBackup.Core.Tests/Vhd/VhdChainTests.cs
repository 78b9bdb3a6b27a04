using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;
using static MirrorBackup.Tests.Vhd.VhdBytes;

namespace MirrorBackup.Tests.Vhd;

public sealed class VhdChainTests : IAsyncDisposable
{
    private readonly MemoryRemote _remote = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    [Fact]
    public async Task OpenAsync_ThreeLevels_HoldsTheYoungestVersionOfEachBlock()
    {
        await WriteAsync(Key(1).Block(0, 0x10).Block(1, 0x11));
        await WriteAsync(Delta(2).Block(2, 0x22).Block(1, 0x21));
        await WriteAsync(Delta(3).Block(3, 0x33));

        await using var chain = await OpenAsync(3);

        Assert.Equal([0, 1, 2, 3], chain.AllocatedBlocks);
        Assert.Equal((Id(3), (Guid?)null, 3), (chain.Id, chain.ParentId, chain.Length));
        Assert.Equal("10212233", await FirstBytesAsync(chain));
    }

    [Fact]
    public async Task OpenAsync_StopAbove_IsARunWithThatParent()
    {
        await WriteAsync(Key(1).Block(0, 0x10));
        await WriteAsync(Delta(2).Block(2, 0x22).Block(1, 0x21));
        await WriteAsync(Delta(3).Block(1, 0x31));

        await using var run = await OpenAsync(3, new VhdChainOptions { StopAbove = Id(1) });

        Assert.Equal([1, 2], run.AllocatedBlocks);
        Assert.Equal((Id(3), Id(1), 2), (run.Id, run.ParentId, run.Length));
        Assert.Equal("3122", await FirstBytesAsync(run));
    }

    [Fact]
    public async Task ReadBlockAsync_PartialBitmaps_TakeEachSectorFromTheYoungestThatHasIt()
    {
        await WriteAsync(Key(1).Block(1, Filled(0x11)));
        await WriteAsync(Delta(2).Block(1, Filled(0x22), static sector => sector % 2 == 0));
        await WriteAsync(Delta(3).Block(1, Filled(0x33), static sector => sector is 0 or 5));
        await using var chain = await OpenAsync(3);
        var (bitmap, data) = (new byte[512], new byte[2 * MiB]);

        await chain.ReadBlockAsync(1, bitmap, data, Cancellation);

        Assert.Equal([0x33, 0x11, 0x22, 0x11, 0x22, 0x33, 0x22], Enumerable.Range(0, 7).Select(sector => (int)data[(sector * 512) + 511]));
        Assert.Equal(0x11, data[^1]);
        Assert.False(bitmap.AsSpan().ContainsAnyExcept((byte)0xFF));
    }

    [Fact]
    public async Task ReadBlockAsync_PartialInARun_LeavesTheBitsOfTheParentZero()
    {
        await WriteAsync(Key(1).Block(1, Filled(0x11)));
        await WriteAsync(Delta(2).Block(1, Filled(0x22), static sector => sector == 0));
        await WriteAsync(Delta(3).Block(1, Filled(0x33), static sector => sector == 1));
        await using var run = await OpenAsync(3, new VhdChainOptions { StopAbove = Id(1) });
        var (bitmap, data) = (Filled(0x55, 512), Filled(0x55));

        await run.ReadBlockAsync(1, bitmap, data, Cancellation);

        Assert.Equal((0xC0, 0), (bitmap[0], bitmap[1]));
        Assert.Equal((0x22, 0x33, 0), (data[0], data[512], data[1024]));
    }

    [Fact]
    public async Task OpenAsync_DiskGrew_HasTheSizeOfTheYoungest()
    {
        await WriteAsync(Key(1, 200).Block(0, 1).Block(1, 2));
        await WriteAsync(Delta(2, 600).Block(1, 3).Block(299, 4));

        await using var chain = await OpenAsync(2);

        Assert.Equal((600L * MiB, 3), (chain.VirtualSize, chain.AllocatedBlocks.Count));
        Assert.Equal("010304", await FirstBytesAsync(chain));
    }

    [Fact]
    public async Task OpenAsync_DiskShrankAndGrew_HidesWhatWasCutAway()
    {
        await WriteAsync(Key(1).Block(1, 0x11).Block(3, 0x13));
        await WriteAsync(new VhdBytes { Id = Id(2), ParentId = Id(1), ParentName = "1.vhd", Size = (2 * MiB) + 512 });
        await WriteAsync(Delta(3));

        await using var chain = await OpenAsync(3);
        var (bitmap, data) = (new byte[512], new byte[2 * MiB]);
        await chain.ReadBlockAsync(1, bitmap, data, Cancellation);

        Assert.Equal([1], chain.AllocatedBlocks);
        Assert.Equal((0x11, 0), (data[511], data[512]));
    }

    [Theory]
    [InlineData(".\\1.vhd")]
    [InlineData("./1.vhd")]
    public async Task OpenAsync_NameBeginsWithItsFolder_IsTheSameFile(string name)
    {
        await WriteAsync(Key(1).Block(0, 1));
        await WriteAsync(Delta(2, parentName: name));

        await using var chain = await OpenAsync(2);

        Assert.Equal(2, chain.Length);
    }

    [Theory]
    [InlineData("../1.vhd")]
    [InlineData("..\\1.vhd")]
    [InlineData("/etc/passwd")]
    [InlineData("data/1.vhd")]
    [InlineData("..")]
    public async Task OpenAsync_ParentLeavesTheFolder_IsRefused(string name)
    {
        await WriteAsync(Delta(2, parentName: name));

        Assert.Contains($"the name of its parent, \"{name}\", leaves the folder", await BrokenAsync(2), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "is a delta but names no parent")]
    [InlineData("C:1.vhd", "the name of its parent is not that of a file")]
    [InlineData("1.vhd", "its parent, disks/1.vhd (00000001-0000-4000-8000-000000000000), is missing")]
    public async Task OpenAsync_ParentCannotBeFound_SaysWhy(string name, string message)
    {
        await WriteAsync(Delta(2, parentName: name));

        Assert.Contains(message, await BrokenAsync(2), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_ParentHasAnotherId_IsRefused()
    {
        await WriteAsync(Key(1));
        await WriteAsync(Delta(3, parentName: "1.vhd"));

        Assert.Equal(
            $"disks/3.vhd: its parent, disks/1.vhd, is the revision {Id(1)}, expected {Id(2)}.", await BrokenAsync(3));
    }

    [Fact]
    public async Task OpenAsync_LinksFormACircle_IsRefused()
    {
        await WriteAsync(new VhdBytes { Id = Id(1), ParentId = Id(2), ParentName = "2.vhd" });
        await WriteAsync(Delta(2));
        await WriteAsync(new VhdBytes { Id = Id(7), ParentId = Id(7), ParentName = "7.vhd" });

        Assert.Contains("its parent, disks/2.vhd, is also its descendant: the links form a circle", await BrokenAsync(2), StringComparison.Ordinal);
        Assert.Contains("circle", await BrokenAsync(7), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_MoreFilesThanAllowed_IsRefused()
    {
        await WriteAsync(Key(1));
        await WriteAsync(Delta(2));
        await WriteAsync(Delta(3));

        var error = await Assert.ThrowsAsync<UnsupportedBackupException>(async () => await OpenAsync(3, new VhdChainOptions { MaximumLength = 2 }));

        Assert.Contains("more than 2 disks", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenAsync_StopIsNotAmongTheParents_IsRefused()
    {
        await WriteAsync(Key(1));

        await Assert.ThrowsAsync<CorruptBackupException>(async () => await OpenAsync(1, new VhdChainOptions { StopAbove = Id(9) }));
    }

    [Fact]
    public async Task OpenAsync_BlockSizesDiffer_IsRefused()
    {
        await WriteAsync(Key(1));
        await WriteAsync(new VhdBytes { Id = Id(2), ParentId = Id(1), ParentName = "1.vhd", BlockSize = 512 * 1024 });

        await Assert.ThrowsAsync<UnsupportedBackupException>(async () => await OpenAsync(2));
    }

    [Fact]
    public async Task OpenAsync_TipIsMissing_IsNotFound() =>
        await Assert.ThrowsAsync<RemoteNotFoundException>(async () => await OpenAsync(1));

    [Fact]
    public async Task WholeBlockDisk_PartialBlock_IsCompletedFromTheParents()
    {
        await WriteAsync(Key(1).Block(1, Filled(0x11)));
        await WriteAsync(Delta(2).Block(1, Filled(0x22), static sector => sector == 0).Block(2, Filled(0x22), static sector => sector == 0));
        var opened = 0;
        await using var whole = new WholeBlockDisk(
            await VhdFile.OpenAsync(_remote, File(2), null, Cancellation),
            async cancellation =>
            {
                opened++;
                return await VhdChain.OpenAsync(_remote, File(1), null, cancellation);
            });
        var (bitmap, data) = (new byte[512], new byte[2 * MiB]);

        await whole.ReadBlockAsync(1, bitmap, data, Cancellation);
        Assert.Equal((0xFF, 0x22, 0x11), (bitmap[511], data[0], data[512]));
        await whole.ReadBlockAsync(2, bitmap, data, Cancellation);
        Assert.Equal((0xFF, 0x22, 0), (bitmap[511], data[0], data[512]));
        Assert.Equal(1, opened);
        Assert.Equal([1, 2], whole.AllocatedBlocks);
        Assert.Equal(Id(1), whole.ParentId);
    }

    [Fact]
    public async Task WholeBlockDisk_WholeBlocks_NeedNoParents()
    {
        await WriteAsync(Delta(2).Block(1, 0x22));
        await using var whole = new WholeBlockDisk(await VhdFile.OpenAsync(_remote, File(2), null, Cancellation), null);

        Assert.Equal("22", await FirstBytesAsync(whole));
    }

    [Fact]
    public async Task WholeBlockDisk_NoOrWrongParents_IsRefused()
    {
        await WriteAsync(Key(5));
        await WriteAsync(Delta(2).Block(1, Filled(0x22), static sector => sector == 0));
        foreach (var open in new Func<CancellationToken, ValueTask<IVirtualDisk>>?[] { null, async c => await VhdChain.OpenAsync(_remote, File(5), null, c) })
        {
            await using var whole = new WholeBlockDisk(await VhdFile.OpenAsync(_remote, File(2), null, Cancellation), open);

            var error = await Assert.ThrowsAsync<CorruptBackupException>(async () => await FirstBytesAsync(whole));
            Assert.Equal(ErrorCodes.BrokenChainLink, error.Code);
        }
    }

    private static Guid Id(int number) => Guid.Parse($"{number:X8}-0000-4000-8000-000000000000");

    private static RemotePath File(int number) => RemotePath.Parse($"disks/{number}.vhd");

    private static VhdBytes Key(int number, int mebibytes = 8) => new() { Id = Id(number), Size = (long)mebibytes * MiB };

    private static VhdBytes Delta(int number, int mebibytes = 8, string? parentName = null) => new()
    {
        Id = Id(number), ParentId = Id(number - 1), ParentName = parentName ?? $"{number - 1}.vhd", Size = (long)mebibytes * MiB,
    };

    private static async Task<string> FirstBytesAsync(IVirtualDisk disk)
    {
        var (bitmap, data, bytes) = (new byte[512], new byte[2 * MiB], new List<byte>());
        foreach (var block in disk.AllocatedBlocks)
        {
            await disk.ReadBlockAsync(block, bitmap, data, Cancellation);
            Assert.Equal(data[0], data[^1]);
            bytes.Add(data[0]);
        }

        return Convert.ToHexString([.. bytes]);
    }

    private Task<RemotePath> WriteAsync(VhdBytes bytes) => bytes.WriteToAsync(_remote, $"disks/{bytes.Id.ToByteArray(bigEndian: true)[3]}.vhd");

    private async Task<DiskChain> OpenAsync(int number, VhdChainOptions? options = null) => await VhdChain.OpenAsync(_remote, File(number), options, Cancellation);

    private async Task<string> BrokenAsync(int number)
    {
        var error = await Assert.ThrowsAsync<CorruptBackupException>(async () => await OpenAsync(number));
        Assert.Equal(ErrorCodes.BrokenChainLink, error.Code);
        return error.Message;
    }
}
