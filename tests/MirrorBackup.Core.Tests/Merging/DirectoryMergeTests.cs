using System.Text;
using MirrorBackup.Remotes;
using MirrorBackup.Tests.Vhd;
using MirrorBackup.Transfer;
using MirrorBackup.Vhd.Directories;
using MirrorBackup.Vhd.Merging;
using static MirrorBackup.Tests.Merging.MergeFixture;

namespace MirrorBackup.Tests.Merging;

/// <summary>The merge rows of <c>formats/vhd.md</c> §8.7, for directories.</summary>
public sealed class DirectoryMergeTests : IAsyncDisposable
{
    private const int MiB = VhdBytes.MiB;
    private const string State = ".a.alias.vhd.merge.json";

    private readonly MemoryRemote _remote = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    [Theory]
    [InlineData("brotli")]
    [InlineData("gzip")]
    [InlineData("none")]
    public async Task RunAsync_ThreeRevisions_MovesTheYoungestOfEachBlock(string codec)
    {
        await WriteAsync("a", 1, null, 8 * MiB, codec, static f => f.Block(0, 0xA).Block(1, 0xA));
        await WriteAsync("b", 2, ("a", 1), 8 * MiB, codec, static f => f.Block(1, 0xB).Block(2, 0xB));
        await WriteAsync("c", 3, ("b", 2), 8 * MiB, codec, static f => f.Block(2, 0xC).Block(3, 0xC));
        var c3 = await _remote.ReadAllAsync(Folder / "data/c.vhd/blocks/0/3", 4 * MiB, Cancelled);
        VhdMergeResult? told = null;

        var result = await MergeAsync(["a", "b", "c"], new VhdMergeOptions { BeforeStateRemoval = async (r, _) =>
        {
            told = r;
            Assert.Contains(State, await NamesAsync(_remote));
        } });

        Assert.Equal(new VhdMergeResult { Survivor = "c.alias.vhd", MergedBytes = 6291456, FinalSize = 8393216 }, result);
        Assert.Equal(result, told);
        Assert.Equal(["c.alias.vhd", "data"], await NamesAsync(_remote));
        Assert.Equal("data/a.vhd", Encoding.UTF8.GetString(await _remote.ReadAllAsync(Folder / "c.alias.vhd", 100, Cancelled)));
        await AssertFilledAsync("c", [0, 1, 2, 3], [0xA, 0xB, 0xC, 0xC]);
        Assert.Equal(c3, await _remote.ReadAllAsync(Folder / "data/a.vhd/blocks/0/3", 4 * MiB, Cancelled));
        Assert.Equal(FilesOf("a", [0, 1, 2, 3], codec), await TreeAsync());
    }

    [Fact]
    public async Task RunAsync_MiddleOfAChain_StaysADeltaOnTheAncestorsParent()
    {
        await WriteAsync("0", 9, null, 8 * MiB, "brotli", static f => f.Block(0, 9));
        await WriteAsync("a", 1, ("0", 9), 8 * MiB, "brotli", static f => f.Block(1, 1));
        await WriteAsync("b", 2, ("a", 1), 8 * MiB, "brotli", static f => f.Block(2, 2));
        await WriteAsync("c", 3, ("b", 2), 8 * MiB, "brotli", static f => f.Block(3, 3));
        var before = (await DigestAsync("b"), await DigestAsync("c"));

        var result = await MergeAsync(["a", "b"]);

        Assert.True(result.IsDifferencing);
        var merged = await OpenAsync("b");
        Assert.Equal((Id(2), Id(9), "0.alias.vhd"), (merged.Id, merged.ParentId!.Value, merged.ParentName));
        Assert.Equal([1, 2], merged.AllocatedBlocks);
        Assert.Equal(before, (await DigestAsync("b"), await DigestAsync("c")));
        Assert.Equal(["0.vhd", "a.vhd", "c.vhd"], await DataAsync());
    }

    // Xen Orchestra leaves the header as it was: the result never opens again (formats/vhd.md §5.6).
    [Fact]
    public async Task RunAsync_GrownDisk_OpensWithMoreEntries()
    {
        await WriteAsync("a", 1, null, 8 * MiB, "brotli", static f => f.Block(0, 1).Block(3, 1));
        await WriteAsync("b", 2, ("a", 1), 20 * MiB, "brotli", static f => f.Block(1, 2).Block(9, 3));

        await MergeAsync(["a", "b"]);

        var merged = await OpenAsync("b");
        Assert.Equal((10L, 20L * MiB), (merged.Header.MaximumTableEntries, merged.VirtualSize));
        await AssertFilledAsync("b", [0, 1, 3, 9], [1, 2, 1, 3]);
    }

    [Fact]
    public async Task RunAsync_ShrunkDisk_LeavesNothingThatComesBackWhenItGrows()
    {
        await WriteAsync("a", 1, null, 12 * MiB, "brotli", static f => f.Block(0, 1).Block(2, 1).Block(5, 1));
        await WriteAsync("b", 2, ("a", 1), 5 * MiB, "brotli", static f => f.Block(1, 2));
        await WriteAsync("c", 3, ("b", 2), 12 * MiB, "brotli", static f => f.Block(4, 3));

        await MergeAsync(["a", "b"]);
        await MergeAsync(["b", "c"]);

        var merged = await OpenAsync("c");
        Assert.Equal([0, 1, 2, 4], merged.AllocatedBlocks);
        var block = await ReadAsync(merged, 2);
        Assert.False(block.AsSpan(0, MiB).ContainsAnyExcept((byte)1));
        Assert.False(block.AsSpan(MiB).ContainsAnyExcept((byte)0));
        Assert.Equal(FilesOf("a", [0, 1, 2, 4], "brotli"), await TreeAsync());
    }

    // Xen Orchestra moves the files as they are, which nothing can read afterwards (formats/vhd.md §5.6).
    [Theory]
    [InlineData("gzip", "brotli")]
    [InlineData("brotli", "none")]
    [InlineData("none", "gzip")]
    public async Task RunAsync_OtherCompression_BlocksAreEncodedAnew(string ancestor, string child)
    {
        await WriteAsync("a", 1, null, 8 * MiB, ancestor, static f => f.Block(0, 1).Block(1, 1));
        await WriteAsync("b", 2, ("a", 1), 8 * MiB, child, static f => f.Block(1, 2).Block(2, 2));

        await MergeAsync(["a", "b"]);

        var merged = await OpenAsync("b");
        Assert.Equal(ancestor, merged.Codec.ToString(), ignoreCase: true);
        await AssertFilledAsync("b", [0, 1, 2], [1, 2, 2]);
        Assert.Equal(FilesOf("a", [0, 1, 2], ancestor), await TreeAsync());
    }

    // Xen Orchestra reads zeros where a child's bitmap says that the parent has the sector (formats/vhd.md §1.8).
    [Fact]
    public async Task RunAsync_PartlyFilledBlocks_AreCompletedFromBelow()
    {
        static void Windows(VhdBytes f) => f.Creator = "win ";
        await WriteAsync("0", 9, null, 8 * MiB, "brotli", static f => f.Block(1, 9));
        await WriteAsync("a", 1, ("0", 9), 8 * MiB, "brotli", static f => f.Block(1, VhdBytes.Filled(1), static s => s is 1 or 2));
        await WriteAsync("b", 2, ("a", 1), 8 * MiB, "brotli", f =>
        {
            Windows(f);
            f.Block(1, VhdBytes.Filled(2), static s => s is 2 or 3);
        });

        await MergeAsync(["a", "b"]);

        var bitmap = new byte[512];
        var data = new byte[2 * MiB];
        await (await OpenAsync("b")).ReadBlockAsync(1, bitmap, data, Cancelled);
        Assert.Equal([9, 1, 2, 2, 9], [data[0], data[512], data[1024], data[1536], data[2048]]);
        Assert.False(bitmap.AsSpan().ContainsAnyExcept((byte)0xFF));
    }

    // After a merge of Xen Orchestra's, names lie: the data of the newest is followed by its alias, never by its name.
    [Fact]
    public async Task RunAsync_DataWithOtherNames_FollowsTheAliases()
    {
        await WriteAsync("a", 1, null, 8 * MiB, "brotli", static f => f.Block(0, 1), "c.vhd");
        await WriteAsync("b", 2, ("a", 1), 8 * MiB, "brotli", static f => f.Block(1, 2), "a.vhd");
        await WriteAsync("c", 3, ("b", 2), 8 * MiB, "brotli", static f => f.Block(2, 3), "b.vhd");

        await MergeAsync(["a", "b"]);

        await AssertFilledAsync("b", [0, 1], [1, 2]);
        await AssertFilledAsync("c", [2], [3]);
        Assert.Equal(["b.vhd", "c.vhd"], await DataAsync());
    }

    [Fact]
    public async Task RunAsync_DataThatAnotherAliasClaims_IsKept()
    {
        await WriteAsync("a", 1, null, 8 * MiB, "brotli", static f => f.Block(0, 1));
        await WriteAsync("b", 2, ("a", 1), 8 * MiB, "brotli", static f => f.Block(1, 2));
        await _remote.WriteAllAsync(Folder / "x.alias.vhd", "data/b.vhd"u8.ToArray(), default, Cancelled);

        await MergeAsync(["a", "b"]);

        Assert.Equal(["a.vhd", "b.vhd"], await DataAsync());
    }

    [Fact]
    public async Task RunAsync_TwoAliasesToOneDirectory_IsRefusedUnchanged()
    {
        await WriteAsync("a", 1, null, 8 * MiB, "brotli", static f => f.Block(0, 1));
        await WriteAsync("b", 2, ("a", 1), 8 * MiB, "brotli", static f => f.Block(1, 2));
        await WriteAsync("c", 3, ("b", 2), 8 * MiB, "brotli", static f => f.Block(2, 3));
        await _remote.WriteAllAsync(Folder / "a.alias.vhd", "data/c.vhd"u8.ToArray(), default, Cancelled);
        var before = await TreeAsync();

        await Assert.ThrowsAsync<CorruptBackupException>(async () => await MergeAsync(["a", "b", "c"]));

        Assert.Equal(before, await TreeAsync());
        Assert.DoesNotContain(State, await NamesAsync(_remote));
    }

    // Its older version in the ancestor would pass for it.
    [Fact]
    public async Task RunAsync_BlockFileMissing_IsRefusedUnchanged()
    {
        await WriteAsync("a", 1, null, 8 * MiB, "brotli", static f => f.Block(0, 1).Block(1, 1));
        await WriteAsync("b", 2, ("a", 1), 8 * MiB, "brotli", static f => f.Block(0, 2).Block(1, 2));
        await _remote.DeleteAsync(Folder / "data/b.vhd/blocks/0/1", Cancelled);
        var before = await TreeAsync();

        var error = await Assert.ThrowsAsync<CorruptBackupException>(async () => await MergeAsync(["a", "b"]));

        Assert.Equal(ErrorCodes.MissingBlock, error.Code);
        Assert.Contains("block 1", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await TreeAsync());
        Assert.DoesNotContain(State, await NamesAsync(_remote));
    }

    [Fact]
    public async Task RunAsync_FileAndDirectory_IsRefusedUnchanged()
    {
        await MergeFixture.WriteAsync(_remote, "a.vhd", 1, null, 8 * MiB, static f => f.Block(0, 1));
        var child = new VhdBytes { Id = Id(2), ParentId = Id(1), ParentName = "a.vhd" };
        await child.WriteDirectoryAsync(_remote, "disk/b.alias.vhd", "brotli");
        var before = await TreeAsync();

        await Assert.ThrowsAsync<UnsupportedBackupException>(
            async () => await VhdMerge.RunAsync(_remote, Folder, ["a.vhd", "b.alias.vhd"], null, Cancelled));

        Assert.Equal(before, await TreeAsync());
    }

    // What an earlier attempt left in the ancestor's directory without counting it is no part of any disk.
    [Fact]
    public async Task RunAsync_StaleBlocksInTheAncestor_AreRemoved()
    {
        await WriteAsync("a", 1, null, 8 * MiB, "brotli", static f => f.Block(0, 1));
        await WriteAsync("b", 2, ("a", 1), 8 * MiB, "brotli", static f => f.Block(1, 2));
        await _remote.WriteAllAsync(Folder / "data/a.vhd/blocks/0/1", "stale"u8.ToArray(), default, Cancelled);
        await _remote.WriteAllAsync(Folder / "data/a.vhd/blocks/0/3", "stale"u8.ToArray(), default, Cancelled);

        await MergeAsync(["a", "b"]);

        await AssertFilledAsync("b", [0, 1], [1, 2]);
        Assert.Equal(FilesOf("a", [0, 1], "brotli"), await TreeAsync());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("")]
    [InlineData("{\"chain\":[\"a.alias.vhd\",\"b.alias.vhd\"],\"step\":\"mergeBlocks\"}")]
    [InlineData("{\"chain\":[\"a.alias.vhd\",\"b.alias.vhd\"],\"step\":\"mergeBlocks\",\"currentBlock\":null}")]
    [InlineData("{\"chain\":[\"a.alias.vhd\",\"b.alias.vhd\"],\"step\":\"mergeBlocks\",\"currentBlock\":7}")]
    public async Task ResumeAsync_StateThatDoesNotTellItsProgress_MergesEverything(string state)
    {
        await WriteAsync("a", 1, null, 8 * MiB, "brotli", static f => f.Block(0, 1).Block(1, 2));
        await WriteAsync("b", 2, ("a", 1), 8 * MiB, "brotli", static f => f.Block(1, 0xEE).Block(2, 0xEE));
        await _remote.WriteAllAsync(Folder / State, Encoding.UTF8.GetBytes(state), default, Cancelled);

        var result = await ResumeAsync("b");

        Assert.Equal(("b.alias.vhd", 6295552L), (result.Survivor, result.FinalSize));
        await AssertFilledAsync("b", [0, 1, 2], [1, 0xEE, 0xEE]);
        Assert.Equal(["b.alias.vhd", "data"], await NamesAsync(_remote));
        Assert.Equal(["a.vhd"], await DataAsync());
    }

    // A child's block is gone, and it was not the merge that took it.
    [Fact]
    public async Task ResumeAsync_BlockLost_TouchesNothing()
    {
        await WriteAsync("a", 1, null, 8 * MiB, "brotli", static f => f.Block(0, 1));
        await WriteAsync("b", 2, ("a", 1), 8 * MiB, "brotli", static f => f.Block(1, 2).Block(2, 2));
        await _remote.DeleteAsync(Folder / "data/b.vhd/blocks/0/2", Cancelled);
        await _remote.WriteAllAsync(Folder / State, "{\"chain\":[\"a.alias.vhd\",\"b.alias.vhd\"],\"step\":\"mergeBlocks\",\"currentBlock\":0}"u8.ToArray(), default, Cancelled);
        var before = await TreeAsync();

        var error = await Assert.ThrowsAsync<CorruptBackupException>(async () => await ResumeAsync("b"));

        Assert.Equal(ErrorCodes.CorruptMergeState, error.Code);
        Assert.Contains("block 2", error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await TreeAsync());
    }

    private Task WriteAsync(string name, int id, (string Name, int Id)? parent, long size, string codec, Action<VhdBytes> blocks, string? dataName = null) =>
        WriteDirectoryAsync(_remote, name, id, parent, size, codec, blocks, dataName);

    private async Task<VhdMergeResult> MergeAsync(string[] names, VhdMergeOptions? options = null) =>
        await VhdMerge.RunAsync(_remote, Folder, [.. names.Select(static name => $"{name}.alias.vhd")], options, Cancelled);

    private async Task<VhdMergeResult> ResumeAsync(string listed) =>
        await VhdMerge.ResumeAsync(_remote, Folder, State, name => name == $"{listed}.alias.vhd", null, Cancelled);

    private Task<RevisionDigest> DigestAsync(string name) => MergeFixture.DigestAsync(_remote, $"{name}.alias.vhd");

    private ValueTask<VhdDirectory> OpenAsync(string name) => VhdDirectory.OpenAsync(_remote, Folder / $"{name}.alias.vhd", Cancelled);

    private Task<string[]> TreeAsync() => MergeFixture.TreeAsync(_remote, Folder / "data");

    private async Task<string[]> DataAsync() => [.. (await TreeAsync()).Select(static path => path[..path.IndexOf('/', StringComparison.Ordinal)]).Distinct()];

    private async Task AssertFilledAsync(string name, int[] blocks, byte[] values)
    {
        var disk = await OpenAsync(name);
        Assert.Equal(blocks, disk.AllocatedBlocks);
        for (var i = 0; i < blocks.Length; i++)
        {
            Assert.Equal(VhdBytes.Filled(values[i]), await ReadAsync(disk, blocks[i]));
        }
    }

    private static string[] FilesOf(string data, int[] blocks, string codec)
    {
        IEnumerable<string> files = [.. blocks.Select(static block => $"blocks/0/{block}"), "bat", "footer", "header"];
        return [.. files.Concat(codec == "none" ? [] : ["chunk-filters.json"]).Select(file => $"{data}.vhd/{file}").Order(StringComparer.Ordinal)];
    }
}
