using FsCheck;
using FsCheck.Fluent;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Tests.Vhd;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Directories;
using MirrorBackup.Vhd.Merging;
using static MirrorBackup.Tests.Merging.MergeFixture;

namespace MirrorBackup.Tests.Merging;

/// <summary>Random chains of VHD directories, grown and shrunk, in any compression, merged and killed at random, against a model that knows nothing of files.</summary>
public sealed class DirectoryMergeModelTests
{
    private const int BlockBytes = 2 * VhdBytes.MiB;

    private static readonly VhdMergeOptions s_options = new() { MovesPerRecord = 2, MovesAtOnce = 1 };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public void RunAsync_AnyChainKilledAnywhere_ReadsAsTheModelThroughoutAndEndsAsIt() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(60).WithQuietOnSuccess(true),
            Prop.ForAll(Arbitrary, static merge => MergeAsync(merge).GetAwaiter().GetResult()));

    private static Arbitrary<DirectoryCase> Arbitrary => (
        from chain in MergeCase.Arbitrary.Generator
        from codecs in Gen.ArrayOf(Gen.Frequency((6, Gen.Constant("brotli")), (2, Gen.Constant("gzip")), (1, Gen.Constant("none"))), chain.Revisions.Length)
        from blocks in Gen.Frequency((2, Gen.Constant(int.MaxValue)), (1, Gen.Choose(1, 4)))
        from moments in Gen.Two(Gen.Elements(Enum.GetValues<FaultMoment>()))
        select new DirectoryCase(Cut(chain, blocks), codecs, moments)).ToArbitrary();

    private static async Task MergeAsync(DirectoryCase merge)
    {
        await using var remote = new MemoryRemote();
        await merge.Chain.WriteDirectoriesAsync(remote, merge.Codecs);
        var first = merge.Chain.Kills.First % 20;
        if (await IsKilledAsync(merge, new FaultInjectingRemote(remote, first, merge.Moments.Item1)))
        {
            await AssertModelAsync(merge, remote);
            if (await IsKilledAsync(merge, new FaultInjectingRemote(remote, merge.Chain.Kills.Second % 20, merge.Moments.Item2)))
            {
                await AssertModelAsync(merge, remote);
                Assert.False(await IsKilledAsync(merge, remote));
            }
        }

        await AssertModelAsync(merge, remote);
        Assert.Equal(merge.Chain.HasParent ? ["0.alias.vhd", merge.Newest, "data"] : [merge.Newest, "data"], await NamesAsync(remote));
        await AssertFilesAsync(merge, remote);
    }

    private static async Task<bool> IsKilledAsync(DirectoryCase merge, IRemote remote)
    {
        var state = Folder / $".{merge.Names[0]}.merge.json";
        try
        {
            if (await remote.StatAsync(state, Cancelled) is not null)
            {
                await VhdMerge.ResumeAsync(remote, Folder, state.Name, name => name == merge.Newest || !merge.Names.Contains(name), s_options, Cancelled);
            }
            else if (await remote.StatAsync(Folder / merge.Names[0], Cancelled) is not null)
            {
                await VhdMerge.RunAsync(remote, Folder, merge.Names, s_options, Cancelled);
            }

            return false;
        }
        catch (FaultInjectingRemote.FaultException)
        {
            return true;
        }
    }

    private static async Task AssertModelAsync(DirectoryCase merge, IRemote remote)
    {
        await using var chain = await VhdChain.OpenAsync(remote, Folder / merge.Newest, null, Cancelled);
        Assert.Equal((Id(merge.Chain.NewestId), merge.Chain.Size), (chain.Id, chain.VirtualSize));
        var data = new byte[BlockBytes];
        for (var block = 0; block < merge.Chain.Size / BlockBytes; block++)
        {
            var (low, high) = merge.Chain.ValuesOf(block);
            if (!chain.IsAllocated(block))
            {
                Assert.Equal((0, 0), (low, high));
                continue;
            }

            await chain.ReadBlockAsync(block, new byte[512], data, Cancelled);
            Assert.False(data.AsSpan(0, BlockBytes / 2).ContainsAnyExcept(low));
            Assert.False(data.AsSpan(BlockBytes / 2).ContainsAnyExcept(high));
        }
    }

    // One directory is left of all that were merged, with the files of its blocks and no other.
    private static async Task AssertFilesAsync(DirectoryCase merge, IRemote remote)
    {
        var survivor = await VhdDirectory.OpenAsync(remote, Folder / merge.Newest, Cancelled);
        var files = await TreeAsync(remote, survivor.DataPath / "blocks");
        Assert.Equal(survivor.AllocatedBlocks.Select(static block => $"{block / 1000}/{block % 1000}").Order(StringComparer.Ordinal), files);
        var directories = (await TreeAsync(remote, Folder / "data")).Select(static path => path.Split('/')[0]).Distinct().Count();
        Assert.Equal(merge.Chain.HasParent ? 2 : 1, directories);
    }

    private static MergeCase Cut(MergeCase chain, int blocks)
    {
        var newest = chain.Revisions[^1];
        var size = Math.Min(newest.SizeInBlocks, blocks);
        return chain with { Revisions = [.. chain.Revisions[..^1], new MergeCase.Revision(size, [.. newest.Writes.Where(write => write.Block < size)])] };
    }

    private sealed record DirectoryCase(MergeCase Chain, string[] Codecs, (FaultMoment, FaultMoment) Moments)
    {
        public string[] Names => [.. Chain.Chain.Select(static name => name.Replace(".vhd", ".alias.vhd", StringComparison.Ordinal))];

        public string Newest => Names[^1];

        public override string ToString() => $"{Chain}, {string.Join(' ', Codecs)}, {Moments}";
    }
}
