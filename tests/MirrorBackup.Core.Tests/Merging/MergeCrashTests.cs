using MirrorBackup.Remotes;
using MirrorBackup.Tests.Vhd;
using MirrorBackup.Transfer;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Merging;
using static MirrorBackup.Tests.Merging.MergeFixture;

namespace MirrorBackup.Tests.Merging;

/// <summary>A merge is killed at each of its operations; nothing is lost, and the next run ends where an undisturbed one does.</summary>
public sealed class MergeCrashTests
{
    private const int MiB = VhdBytes.MiB;
    private const string State = ".a.vhd.merge.json";

    private static readonly System.Collections.Concurrent.ConcurrentDictionary<int, Dictionary<string, byte[]>> s_chains = new();
    private static readonly VhdMergeOptions s_options = new() { BlocksPerRecord = 2 };

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Disk sizes of the ancestor and of the newest, in MiB: the same, and one for which the table has to take the place of a block.</summary>
    public static TheoryData<int, bool> Cases => new() { { 8, false }, { 8, true }, { 300, false }, { 300, true } };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task RunAsync_KilledAtEveryOperation_LosesNothingAndIsFinishedByTheNextRun(int newestMiB, bool dropsUnflushed)
    {
        var (expected, merged) = await MergeUndisturbedAsync(newestMiB);
        for (var operations = 0; ; operations++)
        {
            await using var remote = new MemoryRemote();
            await WriteChainAsync(remote, newestMiB);
            var crashing = new CrashingRemote(remote, operations, dropsUnflushed);
            try
            {
                await VhdMerge.RunAsync(crashing, Folder, ["a.vhd", "b.vhd", "c.vhd"], s_options, Cancelled);
                Assert.InRange(operations, 20, 100);
                return;
            }
            catch (CrashingRemote.CrashException)
            {
                await AssertNothingIsLostAsync(remote, expected, $"{operations} operations, then {crashing.CrashedAt}");
            }

            await FinishAsync(remote);

            Assert.Equal(["0.vhd", "c.vhd"], await NamesAsync(remote));
            Assert.Equal(expected, await DigestAsync(remote, "c.vhd"));
            await using var survivor = await VhdFile.OpenAsync(remote, Folder.Combine("c.vhd"), null, Cancelled);
            Assert.Equal(merged, (survivor.Id, survivor.ParentId, survivor.VirtualSize, survivor.AllocatedBlocks.Count));
        }
    }

    // Resuming is killed, too: at each operation of the run that follows a crash in the middle of the blocks.
    [Fact]
    public async Task ResumeAsync_KilledAtEveryOperation_IsFinishedByTheRunAfter()
    {
        const bool dropsUnflushed = true;
        var (expected, _) = await MergeUndisturbedAsync(300);
        for (var operations = 0; ; operations++)
        {
            await using var remote = new MemoryRemote();
            await WriteChainAsync(remote, 300);
            await Assert.ThrowsAsync<CrashingRemote.CrashException>(
                async () => await VhdMerge.RunAsync(new CrashingRemote(remote, 18, dropsUnflushed), Folder, ["a.vhd", "b.vhd", "c.vhd"], s_options, Cancelled));
            var crashing = new CrashingRemote(remote, operations, dropsUnflushed);
            try
            {
                await VhdMerge.ResumeAsync(crashing, Folder, State, IsListed, s_options, Cancelled);
                Assert.InRange(operations, 10, 100);
                return;
            }
            catch (CrashingRemote.CrashException)
            {
                await AssertNothingIsLostAsync(remote, expected, $"{operations} operations of the second run, then {crashing.CrashedAt}");
            }

            await FinishAsync(remote);
            Assert.Equal(expected, await DigestAsync(remote, "c.vhd"));
        }
    }

    private static bool IsListed(string name) => name is "0.vhd" or "c.vhd";

    private static async Task WriteChainAsync(MemoryRemote remote, int newestMiB)
    {
        foreach (var (name, content) in s_chains.GetOrAdd(newestMiB, static size => MakeChainAsync(size).GetAwaiter().GetResult()))
        {
            await remote.WriteAllAsync(Folder.Combine(name), content, default, Cancelled);
        }
    }

    private static async Task<Dictionary<string, byte[]>> MakeChainAsync(int newestMiB)
    {
        await using var remote = new MemoryRemote();
        await WriteAsync(remote, "0.vhd", 9, null, 8 * MiB, static f => f.Block(0, 9));
        await WriteAsync(remote, "a.vhd", 1, ("0.vhd", 9), 8 * MiB, static f => f.Block(1, VhdBytes.Filled(1), static s => s > 5).Block(0, 1));
        await WriteAsync(remote, "b.vhd", 2, ("a.vhd", 1), 8 * MiB, static f => f.Block(1, VhdBytes.Filled(2), static s => s > 7).Block(2, 2).Block(3, 2));
        await WriteAsync(remote, "c.vhd", 3, ("b.vhd", 2), (long)newestMiB * MiB, f => f.Block(0, 3).Block((newestMiB / 2) - 1, 4));
        var files = new Dictionary<string, byte[]>();
        foreach (var name in await NamesAsync(remote))
        {
            files.Add(name, await remote.ReadAllAsync(Folder.Combine(name), int.MaxValue, Cancelled));
        }

        return files;
    }

    private static async Task<(RevisionDigest Digest, (Guid, Guid?, long, int) Survivor)> MergeUndisturbedAsync(int newestMiB)
    {
        await using var remote = new MemoryRemote();
        await WriteChainAsync(remote, newestMiB);
        var before = await DigestAsync(remote, "c.vhd");
        await VhdMerge.RunAsync(remote, Folder, ["a.vhd", "b.vhd", "c.vhd"], s_options, Cancelled);
        Assert.Equal(before, await DigestAsync(remote, "c.vhd"));
        await using var survivor = await VhdFile.OpenAsync(remote, Folder.Combine("c.vhd"), null, Cancelled);
        return (before, (survivor.Id, survivor.ParentId, survivor.VirtualSize, survivor.AllocatedBlocks.Count));
    }

    private static async Task AssertNothingIsLostAsync(MemoryRemote remote, RevisionDigest expected, string when)
    {
        if (await remote.StatAsync(Folder.Combine("a.vhd"), Cancelled) is null)
        {
            Assert.Equal(expected, await DigestAsync(remote, "c.vhd"));
            return;
        }

        // The two copies of the footer cannot change at once: only there does a strict reader refuse the file.
        var isBetweenFooters = when.Contains("512 bytes at", StringComparison.Ordinal) || when.Contains("flush", StringComparison.Ordinal);
        var options = isBetweenFooters ? new VhdOpenOptions { VerifyEndFooter = false } : null;
        await using var ancestor = await VhdFile.OpenAsync(remote, Folder.Combine("a.vhd"), options, Cancelled);
        if (ancestor.Id == Id(1))
        {
            Assert.Equal(expected, await DigestAsync(remote, "c.vhd"));
            return;
        }

        // It holds everything already and only lacks the name.
        await using var parents = await VhdFile.OpenAsync(remote, Folder.Combine("0.vhd"), null, Cancelled);
        await using var view = MirrorBackup.Disks.DiskChain.Create([parents, ancestor], ownsDisks: false);
        Assert.Equal(expected, await RevisionDigest.ComputeAsync(view, null, Cancelled));
    }

    private static async Task FinishAsync(MemoryRemote remote)
    {
        if (await remote.StatAsync(Folder.Combine(State), Cancelled) is not null)
        {
            await VhdMerge.ResumeAsync(remote, Folder, State, IsListed, s_options, Cancelled);
        }
        else if (await remote.StatAsync(Folder.Combine("a.vhd"), Cancelled) is not null)
        {
            await VhdMerge.RunAsync(remote, Folder, ["a.vhd", "b.vhd", "c.vhd"], s_options, Cancelled);
        }
    }
}
