using System.Text;
using MirrorBackup.Remotes;
using MirrorBackup.Tests.Vhd;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Tests.Merging;

/// <summary>
/// What Xen Orchestra leaves where it is killed in a merge, row by row (<c>formats/vhd.md</c> §5.5): it is finished, and the backup and the delta on top of it read
/// back. In brackets is what Xen Orchestra itself makes of it where that is worse.
/// </summary>
public sealed class InterruptionMatrixTests : IAsyncDisposable
{
    private const long Size = 8L * VhdBytes.MiB;

    private readonly MemoryRemote _remote = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>The moment of the kill.</summary>
    public enum Killed
    {
        DuringBlocks,
        BeforeTable,
        BeforeFooter,
        BeforeCleanup,
        AfterCleanup,
        ChildrenDeleted, // [total loss]
        RenamedStateLeft,
    }

    /// <summary>Likewise, with VHD directories.</summary>
    public enum KilledInDirectories
    {
        DuringBlocks,
        BeforeTable,
        BeforeFooter,
        BeforeCleanup,
        AfterCleanup,
        ChildAndItsAliasDeleted, // [total loss]
        ChildDeletedAliasThere, // [stuck]
        NewAliasWritten, // [stuck]
        RenamedStateLeft,
    }

    public static TheoryData<Killed> Rows => [.. Enum.GetValues<Killed>()];

    public static TheoryData<KilledInDirectories> RowsOfDirectories => [.. Enum.GetValues<KilledInDirectories>()];

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task ResumeAsync_Files_AreMerged(Killed when)
    {
        await MergeFixture.WriteAsync(_remote, "c.vhd", 3, ("b.vhd", 2), Size, static file => file.Block(3, 5));
        if (when < Killed.ChildrenDeleted)
        {
            await MergeFixture.WriteAsync(_remote, "b.vhd", 2, ("a.vhd", 1), Size, static file => file.Block(1, 3).Block(2, 4));
        }

        // In place, and then appended over the footer at the end, of which the table tells first.
        await MergeFixture.WriteAsync(_remote, when == Killed.RenamedStateLeft ? "b.vhd" : "a.vhd", when < Killed.BeforeCleanup ? 1 : 2, null, Size, file =>
        {
            file.Block(0, 1).Block(1, 3);
            if (when > Killed.DuringBlocks)
            {
                file.Block(2, 4);
                file.EndFooterBytes = when < Killed.BeforeCleanup ? 0 : 512;
            }
        });
        await WriteStateAsync(".a.vhd.merge.json", "a.vhd", "b.vhd", when >= Killed.AfterCleanup, when == Killed.DuringBlocks ? 1 : 2);

        await VhdMerge.ResumeAsync(_remote, MergeFixture.Folder, ".a.vhd.merge.json", static name => name is "b.vhd" or "c.vhd", null, Cancelled);

        Assert.Equal(["b.vhd", "c.vhd"], await MergeFixture.NamesAsync(_remote));
        await AssertMergedAsync("b.vhd", "c.vhd");
    }

    [Theory]
    [MemberData(nameof(RowsOfDirectories))]
    public async Task ResumeAsync_Directories_AreMerged(KilledInDirectories when)
    {
        await MergeFixture.WriteDirectoryAsync(_remote, "c", 3, ("b", 2), Size, "brotli", static file => file.Block(3, 5));
        if (when < KilledInDirectories.ChildAndItsAliasDeleted)
        {
            await MergeFixture.WriteDirectoryAsync(_remote, "b", 2, ("a", 1), Size, "brotli", static file => file.Block(1, 3).Block(2, 4));
            await _remote.DeleteAsync(MergeFixture.Folder / "data/b.vhd/blocks/0/1", Cancelled);
            if (when > KilledInDirectories.DuringBlocks)
            {
                await _remote.DeleteAsync(MergeFixture.Folder / "data/b.vhd/blocks/0/2", Cancelled);
            }
        }

        await MergeFixture.WriteDirectoryAsync(_remote, "a", when < KilledInDirectories.BeforeCleanup ? 1 : 2, null, Size, "brotli", file =>
        {
            file.Block(0, 1).Block(1, 3);
            if (when > KilledInDirectories.DuringBlocks)
            {
                file.Block(2, 4);
            }
        });
        if (when == KilledInDirectories.BeforeTable)
        {
            var former = new VhdBytes { Size = Size }.Block(0, 1).Block(1, 3).ToDirectory("brotli");
            await _remote.WriteAllAsync(MergeFixture.Folder / "data/a.vhd/bat", former["bat"], default, Cancelled);
        }

        if (when == KilledInDirectories.ChildDeletedAliasThere)
        {
            await WriteAliasAsync("b", "b");
        }
        else if (when > KilledInDirectories.ChildDeletedAliasThere)
        {
            await WriteAliasAsync("b", "a");
        }

        if (when == KilledInDirectories.RenamedStateLeft)
        {
            await _remote.DeleteAsync(MergeFixture.Folder / "a.alias.vhd", Cancelled);
        }

        await WriteStateAsync(".a.alias.vhd.merge.json", "a.alias.vhd", "b.alias.vhd", when >= KilledInDirectories.AfterCleanup, when == KilledInDirectories.DuringBlocks ? 1 : 2);

        await VhdMerge.ResumeAsync(_remote, MergeFixture.Folder, ".a.alias.vhd.merge.json", static name => name is "b.alias.vhd" or "c.alias.vhd", null, Cancelled);

        Assert.Equal(["b.alias.vhd", "c.alias.vhd", "data"], await MergeFixture.NamesAsync(_remote));
        Assert.Equal(["a.vhd", "c.vhd"], (await MergeFixture.TreeAsync(_remote, MergeFixture.Folder / "data")).Select(static path => path.Split('/')[0]).Distinct());
        await AssertMergedAsync("b.alias.vhd", "c.alias.vhd");
    }

    public ValueTask DisposeAsync() => _remote.DisposeAsync();

    private async Task AssertMergedAsync(string merged, string tip)
    {
        await AssertBlocksAsync(merged, [1, 3, 4]);
        await AssertBlocksAsync(tip, [1, 3, 4, 5]);
    }

    private async Task AssertBlocksAsync(string tip, byte[] values)
    {
        await using var chain = await VhdChain.OpenAsync(_remote, MergeFixture.Folder.Combine(tip), null, Cancelled);
        Assert.Equal(Enumerable.Range(0, values.Length), chain.AllocatedBlocks);
        for (var block = 0; block < values.Length; block++)
        {
            Assert.Equal(VhdBytes.Filled(values[block]), await MergeFixture.ReadAsync(chain, block));
        }
    }

    private ValueTask WriteAliasAsync(string alias, string data) =>
        _remote.WriteAllAsync(MergeFixture.Folder / $"{alias}.alias.vhd", Encoding.ASCII.GetBytes($"data/{data}.vhd"), default, Cancelled);

    private ValueTask WriteStateAsync(string state, string ancestor, string child, bool isCleanup, int currentBlock) => _remote.WriteAllAsync(
        MergeFixture.Folder / state,
        Encoding.UTF8.GetBytes($$"""
            {"child":{"uuid":"{{MergeFixture.Id(2)}}"},"parent":{"uuid":"{{MergeFixture.Id(1)}}"},"chain":["{{ancestor}}","{{child}}"],
            "currentBlock":{{currentBlock}},"mergedDataSize":2097152,"step":"{{(isCleanup ? "cleanup" : "mergeBlocks")}}"}
            """),
        default,
        Cancelled);
}
