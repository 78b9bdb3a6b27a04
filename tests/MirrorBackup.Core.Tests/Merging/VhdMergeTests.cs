using System.Buffers.Binary;
using MirrorBackup.Remotes;
using MirrorBackup.Tests.Vhd;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Merging;
using static MirrorBackup.Tests.Merging.MergeFixture;

namespace MirrorBackup.Tests.Merging;

/// <summary>The merge rows of <c>formats/vhd.md</c> §8.7, for files.</summary>
public sealed class VhdMergeTests : IAsyncDisposable
{
    private const int MiB = VhdBytes.MiB;

    private readonly MemoryRemote _remote = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    [Fact]
    public async Task RunAsync_ChildIntoKey_KeepsTheYoungestOfEachBlock()
    {
        await WriteAsync(_remote, "a.vhd", 1, null, 8 * MiB, static f => f.Block(0, 1).Block(1, 2));
        await WriteAsync(_remote, "b.vhd", 2, ("a.vhd", 1), 8 * MiB, static f => f.Block(1, 0xEE).Block(2, 0xEE));
        VhdMergeResult? told = null;

        var result = await VhdMerge.RunAsync(_remote, Folder, ["a.vhd", "b.vhd"], new VhdMergeOptions { BeforeStateRemoval = async (r, _) =>
        {
            told = r;
            Assert.Contains(".a.vhd.merge.json", await NamesAsync(_remote));
        } }, Cancelled);

        Assert.Equal(new VhdMergeResult { Survivor = "b.vhd", MergedBytes = 4194304, FinalSize = 6295552 }, result);
        Assert.Equal(result, told);
        Assert.Equal(["b.vhd"], await NamesAsync(_remote));
        await using var merged = await OpenAsync("b.vhd");
        Assert.Equal((Id(2), null, 6295552L), (merged.Id, merged.ParentId, merged.FileLength));
        await AssertFilledAsync(merged, [0, 1, 2], [1, 0xEE, 0xEE]);
    }

    [Fact]
    public async Task RunAsync_ThreeRevisions_WritesEachBlockOnce()
    {
        await WriteAsync(_remote, "a.vhd", 1, null, 8 * MiB, static f => f.Block(0, 0xA).Block(1, 0xA));
        await WriteAsync(_remote, "b.vhd", 2, ("a.vhd", 1), 8 * MiB, static f => f.Block(1, 0xB).Block(2, 0xB));
        await WriteAsync(_remote, "c.vhd", 3, ("b.vhd", 2), 8 * MiB, static f => f.Block(2, 0xC).Block(3, 0xC));

        var result = await VhdMerge.RunAsync(_remote, Folder, ["a.vhd", "b.vhd", "c.vhd"], null, Cancelled);

        Assert.Equal((6291456L, 8393216L), (result.MergedBytes, result.FinalSize));
        Assert.Equal(["c.vhd"], await NamesAsync(_remote));
        await using var merged = await OpenAsync("c.vhd");
        await AssertFilledAsync(merged, [0, 1, 2, 3], [0xA, 0xB, 0xC, 0xC]);
    }

    [Fact]
    public async Task RunAsync_MiddleOfAChain_StaysADeltaOnTheAncestorsParent()
    {
        await WriteAsync(_remote, "0.vhd", 9, null, 8 * MiB, static f => f.Block(0, 9));
        await WriteAsync(_remote, "a.vhd", 1, ("0.vhd", 9), 8 * MiB, static f => f.Block(1, 1));
        await WriteAsync(_remote, "b.vhd", 2, ("a.vhd", 1), 8 * MiB, static f => f.Block(2, 2));
        var before = await DigestAsync(_remote, "b.vhd");

        var result = await VhdMerge.RunAsync(_remote, Folder, ["a.vhd", "b.vhd"], null, Cancelled);

        Assert.True(result.IsDifferencing);
        await using var merged = await OpenAsync("b.vhd");
        Assert.Equal((Id(2), Id(9), "0.vhd"), (merged.Id, merged.ParentId!.Value, merged.ParentName));
        Assert.Equal([1, 2], merged.AllocatedBlocks);
        Assert.Equal(before, await DigestAsync(_remote, "b.vhd"));
    }

    [Fact]
    public async Task RunAsync_GrownDisk_TableTakesThePlaceOfBlocks()
    {
        await WriteAsync(_remote, "a.vhd", 1, null, 200L * MiB, static f => f.Block(0, 1).Block(1, 1));
        await WriteAsync(_remote, "b.vhd", 2, ("a.vhd", 1), 600L * MiB, static f => f.Block(1, 2).Block(299, 3));

        await VhdMerge.RunAsync(_remote, Folder, ["a.vhd", "b.vhd"], null, Cancelled);

        await using var merged = await OpenAsync("b.vhd");
        Assert.Equal((300L, 600L * MiB), (merged.Header!.MaximumTableEntries, merged.VirtualSize));
        Assert.Equal([0, 1, 299], merged.AllocatedBlocks);
        await AssertFilledAsync(merged, [0, 1, 299], [1, 2, 3]);
    }

    [Theory]
    [InlineData(8, 20)]
    [InlineData(0, 600)]
    public async Task RunAsync_GrownDiskWithRoomOrWithoutBlocks_Opens(int fromMiB, int toMiB)
    {
        await WriteAsync(_remote, "a.vhd", 1, null, (long)fromMiB * MiB, static f => f.TablePadding = 0);
        await WriteAsync(_remote, "b.vhd", 2, ("a.vhd", 1), (long)toMiB * MiB, static f => f.Block(9, 5));

        await VhdMerge.RunAsync(_remote, Folder, ["a.vhd", "b.vhd"], null, Cancelled);

        await using var merged = await OpenAsync("b.vhd");
        Assert.Equal((long)toMiB / 2, merged.Header!.MaximumTableEntries);
        Assert.Equal([9], merged.AllocatedBlocks);
    }

    // Versions of Xen Orchestra before 2025-08 put one sector with a parent locator behind the table; 1 entry needs 512 bytes, 129 need 1024.
    [Fact]
    public async Task RunAsync_GrownDiskWithAParentLocatorInTheWay_DropsTheLocator()
    {
        await WriteAsync(_remote, "0.vhd", 9, null, 8 * MiB, static f => f.Block(0, 9));
        await WriteAsync(_remote, "a.vhd", 1, ("0.vhd", 9), 8 * MiB, static f =>
        {
            f.GapAfterTable = 512;
            f.ChangeHeader = static raw =>
            {
                // W2ku, 512 bytes of space, 10 of data, at 2048: offsets 576, 580, 584, 592 of the header.
                "W2ku"u8.CopyTo(raw.AsSpan(576));
                BinaryPrimitives.WriteInt32BigEndian(raw.AsSpan(580), 512);
                BinaryPrimitives.WriteInt32BigEndian(raw.AsSpan(584), 10);
                BinaryPrimitives.WriteInt64BigEndian(raw.AsSpan(592), 2048);
            };
            f.Block(1, 1);
        });
        await WriteAsync(_remote, "b.vhd", 2, ("a.vhd", 1), 300 * MiB, static f => f.Block(149, 2));
        var before = await DigestAsync(_remote, "b.vhd");

        await VhdMerge.RunAsync(_remote, Folder, ["a.vhd", "b.vhd"], null, Cancelled);

        await using var merged = await OpenAsync("b.vhd");
        Assert.Equal((150L, "0.vhd"), (merged.Header!.MaximumTableEntries, merged.ParentName));
        Assert.False(merged.Header.Bytes.Slice(576, 24).ContainsAnyExcept((byte)0));
        Assert.Equal(before, await DigestAsync(_remote, "b.vhd"));
    }

    // What qemu-img takes a size from: Xen Orchestra's geometry would make it refuse the file (docs/vhd.md).
    [Fact]
    public async Task RunAsync_FilesOfXenOrchestra_GiveAFooterWithTheLargestGeometry()
    {
        static void XenOrchestra(VhdBytes f) => f.ChangeFooter = static raw => new byte[] { 0, 241, 4, 17 }.CopyTo(raw, 56);
        await WriteAsync(_remote, "a.vhd", 1, null, 8 * MiB, XenOrchestra);
        await WriteAsync(_remote, "b.vhd", 2, ("a.vhd", 1), 8 * MiB, XenOrchestra);

        await VhdMerge.RunAsync(_remote, Folder, ["a.vhd", "b.vhd"], null, Cancelled);

        await using var merged = await OpenAsync("b.vhd");
        Assert.Equal("65535/16/255", merged.Footer.Geometry.ToString());
    }

    // Xen Orchestra reads zeros where a child's bitmap says that the parent has the sector (formats/vhd.md §1.8).
    [Fact]
    public async Task RunAsync_PartlyFilledBlocks_AreCompletedFromBelow()
    {
        await WriteAsync(_remote, "0.vhd", 9, null, 8 * MiB, static f => f.Block(1, 9));
        await WriteAsync(_remote, "a.vhd", 1, ("0.vhd", 9), 8 * MiB, static f => f.Block(1, VhdBytes.Filled(1), static s => s is 1 or 2));
        await WriteAsync(_remote, "b.vhd", 2, ("a.vhd", 1), 8 * MiB, static f => f.Block(1, VhdBytes.Filled(2), static s => s is 2 or 3));

        await VhdMerge.RunAsync(_remote, Folder, ["a.vhd", "b.vhd"], null, Cancelled);

        await using var merged = await OpenAsync("b.vhd");
        var bitmap = new byte[512];
        var data = new byte[2 * MiB];
        await merged.ReadBlockAsync(1, bitmap, data, Cancelled);
        Assert.Equal([9, 1, 2, 2, 9], [data[0], data[512], data[1024], data[1536], data[2048]]);
        Assert.False(bitmap.AsSpan().ContainsAnyExcept((byte)0xFF));
    }

    [Fact]
    public async Task RunAsync_DiskShrankAndGrewAgain_IsRefusedUnchanged()
    {
        await WriteAsync(_remote, "a.vhd", 1, null, 8 * MiB, static f => f.Block(3, 1));
        await WriteAsync(_remote, "b.vhd", 2, ("a.vhd", 1), 4 * MiB, static f => f.Block(0, 2));
        await WriteAsync(_remote, "c.vhd", 3, ("b.vhd", 2), 8 * MiB, static f => f.Block(1, 3));

        var error = await Assert.ThrowsAsync<UnsupportedBackupException>(
            async () => await VhdMerge.RunAsync(_remote, Folder, ["a.vhd", "b.vhd", "c.vhd"], null, Cancelled));

        Assert.Contains("shrank", error.Message, StringComparison.Ordinal);
        Assert.Equal(["a.vhd", "b.vhd", "c.vhd"], await NamesAsync(_remote));
    }

    [Fact]
    public async Task RunAsync_ChildOfAnother_IsRefusedUnchanged()
    {
        await WriteAsync(_remote, "a.vhd", 1, null, 8 * MiB, static f => f.Block(0, 1));
        await WriteAsync(_remote, "b.vhd", 2, ("a.vhd", 7), 8 * MiB, static f => f.Block(1, 2));

        var error = await Assert.ThrowsAsync<CorruptBackupException>(
            async () => await VhdMerge.RunAsync(_remote, Folder, ["a.vhd", "b.vhd"], null, Cancelled));

        Assert.Equal(ErrorCodes.BrokenChainLink, error.Code);
        Assert.Equal(["a.vhd", "b.vhd"], await NamesAsync(_remote));
    }

    [Fact]
    public async Task RunAsync_LockLost_StopsBeforeTheNameChanges()
    {
        await WriteAsync(_remote, "a.vhd", 1, null, 8 * MiB, static f => f.Block(0, 1));
        await WriteAsync(_remote, "b.vhd", 2, ("a.vhd", 1), 8 * MiB, static f => f.Block(1, 2));
        var calls = 0;
        var options = new VhdMergeOptions { EnsureLockHeld = _ => ++calls > 4 ? throw new BackupLockedException("lost", ErrorCodes.LockLost) : ValueTask.CompletedTask };

        await Assert.ThrowsAsync<BackupLockedException>(async () => await VhdMerge.RunAsync(_remote, Folder, ["a.vhd", "b.vhd"], options, Cancelled));

        Assert.Equal([".a.vhd.merge.json", "a.vhd", "b.vhd"], await NamesAsync(_remote));
        await using var child = await OpenAsync("b.vhd");
        Assert.Equal([1], child.AllocatedBlocks);
    }

    // Xen Orchestra merges nothing from a state without currentBlock, and then deletes the child.
    [Theory]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("{\"chain\":[\"a.vhd\",\"b.vhd\"],\"step\":\"mergeBlocks\"}")]
    [InlineData("{\"chain\":[\"a.vhd\",\"b.vhd\"],\"step\":\"mergeBlocks\",\"currentBlock\":null}")]
    [InlineData("{\"chain\":[\"a.vhd\",\"b.vhd\"],\"step\":\"mergeBlocks\",\"currentBlock\":-1}")]
    [InlineData("{\"chain\":[\"a.vhd\",\"b.vhd\"],\"step\":\"mergeBlocks\",\"currentBlock\":7}")]
    public async Task ResumeAsync_StateThatDoesNotTellItsProgress_MergesEverything(string state)
    {
        await WriteAsync(_remote, "a.vhd", 1, null, 8 * MiB, static f => f.Block(0, 1).Block(1, 2));
        await WriteAsync(_remote, "b.vhd", 2, ("a.vhd", 1), 8 * MiB, static f => f.Block(1, 0xEE).Block(2, 0xEE));
        await _remote.WriteAllAsync(Folder.Combine(".a.vhd.merge.json"), System.Text.Encoding.UTF8.GetBytes(state), default, Cancelled);

        var result = await VhdMerge.ResumeAsync(_remote, Folder, ".a.vhd.merge.json", static name => name == "b.vhd", null, Cancelled);

        Assert.Equal(("b.vhd", 6295552L), (result.Survivor, result.FinalSize));
        await using var merged = await OpenAsync("b.vhd");
        await AssertFilledAsync(merged, [0, 1, 2], [1, 0xEE, 0xEE]);
        Assert.Equal(["b.vhd"], await NamesAsync(_remote));
    }

    private ValueTask<VhdFile> OpenAsync(string name) => VhdFile.OpenAsync(_remote, Folder.Combine(name), null, Cancelled);

    private static async Task AssertFilledAsync(VhdFile file, int[] blocks, byte[] values)
    {
        for (var i = 0; i < blocks.Length; i++)
        {
            Assert.Equal(VhdBytes.Filled(values[i]), await ReadAsync(file, blocks[i]));
        }
    }
}
