using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using MirrorBackup.Remotes;
using MirrorBackup.Tests.Vhd;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Merging;
using static MirrorBackup.Tests.Merging.MergeFixture;

namespace MirrorBackup.Tests.Merging;

/// <summary>Random chains, merged and killed at random, against a model that knows nothing of files.</summary>
public sealed class MergeModelTests
{
    private const int BlockBytes = 2 * VhdBytes.MiB;

    private static readonly VhdMergeOptions s_options = new() { BlocksPerRecord = 1 };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public void RunAsync_AnyChainKilledAnywhere_EndsAsTheModel() =>
        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(60).WithQuietOnSuccess(true),
            Prop.ForAll(MergeCase.Arbitrary, static mergeCase => MergeAsync(mergeCase).GetAwaiter().GetResult()));

    // Each block is recorded once it is durable, so that the next run goes on behind it.
    [Fact]
    public async Task ResumeAsync_KilledBetweenBlocks_GoesOnAtTheRecordedBlock()
    {
        await using var remote = new MemoryRemote();
        await WriteAsync(remote, "a.vhd", 1, null, 12 * VhdBytes.MiB, static f => f.Block(0, 1));
        await WriteAsync(remote, "b.vhd", 2, ("a.vhd", 1), 12 * VhdBytes.MiB, static f => f.Block(0, 2).Block(1, 3).Block(3, 4).Block(4, 5));
        var first = new CountingProgress();
        var killed = new VhdMergeOptions { BlocksPerRecord = 1, Progress = first, EnsureLockHeld = _ => first.Count == 3 ? throw new OperationCanceledException() : default };
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await VhdMerge.RunAsync(remote, Folder, ["a.vhd", "b.vhd"], killed, Cancelled));
        var state = JsonNode.Parse(await remote.ReadAllAsync(Folder.Combine(".a.vhd.merge.json"), 4096, Cancelled))!;
        var second = new CountingProgress();

        var result = await VhdMerge.ResumeAsync(
            remote, Folder, ".a.vhd.merge.json", static name => name == "b.vhd", s_options with { Progress = second }, Cancelled);

        // The third block was written, and the lock was lost before it could be recorded.
        Assert.Equal((2, 2 * BlockBytes), ((int)state["currentBlock"]!, (int)state["mergedDataSize"]!));
        Assert.Equal((3, 2), (first.Count, second.Count));
        Assert.Equal(4L * BlockBytes, result.MergedBytes);
        await using var merged = await VhdFile.OpenAsync(remote, Folder.Combine("b.vhd"), null, Cancelled);
        var values = await FirstBytesAsync(merged, [0, 1, 3, 4]);
        Assert.Equal<byte>([2, 3, 4, 5], values);
    }

    private static async Task MergeAsync(MergeCase mergeCase)
    {
        await using var remote = new MemoryRemote();
        await mergeCase.WriteAsync(remote);
        var result = await RunAsync(mergeCase, remote, mergeCase.Kills.First)
            ?? await RunAsync(mergeCase, remote, mergeCase.Kills.Second)
            ?? await RunAsync(mergeCase, remote, int.MaxValue);

        Assert.Equal(mergeCase.HasParent ? ["0.vhd", mergeCase.Newest] : [mergeCase.Newest], await NamesAsync(remote));
        var (children, blocks) = mergeCase.BlockCounts();
        var table = (((mergeCase.Size / BlockBytes * 4) + 511) / 512) * 512;
        Assert.Equal(1536 + table + (blocks * (512L + BlockBytes)) + 512, result!.FinalSize);
        Assert.Equal((long)children * BlockBytes, result.MergedBytes);
        await using var chain = await VhdChain.OpenAsync(remote, Folder.Combine(mergeCase.Newest), null, Cancelled);
        Assert.Equal((Id(mergeCase.NewestId), mergeCase.Size), (chain.Id, chain.VirtualSize));
        var data = new byte[BlockBytes];
        for (var block = 0; block < mergeCase.Size / BlockBytes; block++)
        {
            var (low, high) = mergeCase.ValuesOf(block);
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

    // One run: a new merge, or the rest of one that a state file tells of. Null if it was killed.
    private static async Task<VhdMergeResult?> RunAsync(MergeCase mergeCase, MemoryRemote remote, int operations)
    {
        var chain = mergeCase.Chain;
        var state = $".{chain[0]}.merge.json";
        var crashing = new CrashingRemote(remote, operations, mergeCase.DropsUnflushed);
        try
        {
            return await remote.StatAsync(Folder.Combine(state), Cancelled) is null
                ? await VhdMerge.RunAsync(crashing, Folder, chain, s_options, Cancelled)
                : await VhdMerge.ResumeAsync(crashing, Folder, state, name => name == chain[^1] || !chain.Contains(name), s_options, Cancelled);
        }
        catch (CrashingRemote.CrashException)
        {
            return null;
        }
    }

    private static async Task<byte[]> FirstBytesAsync(VhdFile file, int[] blocks)
    {
        var bytes = new byte[blocks.Length];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (await ReadAsync(file, blocks[i]))[0];
        }

        return bytes;
    }

    private sealed class CountingProgress : IProgress<long>
    {
        public int Count { get; private set; }

        public void Report(long value) => Count++;
    }
}
