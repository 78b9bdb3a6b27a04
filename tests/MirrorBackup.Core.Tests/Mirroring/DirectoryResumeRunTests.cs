using System.Text.Json.Nodes;
using MirrorBackup.Backups;
using MirrorBackup.Mirroring;
using MirrorBackup.Retention;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>Runs into VHD directories that were cut off, anywhere: the next one makes everything right, and sends no block that a record vouches for.</summary>
public sealed class DirectoryResumeRunTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Run_DestinationGoneAtAnyOperation_NextRunMakesItRight()
    {
        var resumed = 0;
        for (var operations = 0; ; operations++)
        {
            await using var world = new MirrorFixture("doc-delta", 1);
            var remote = world.Remote("dir");
            remote.Disappear(operations);
            var report = await world.MirrorAsync(world.DirectoryJob(BlockCodec.Brotli, "dir"));
            if (report.IsSuccess)
            {
                output.WriteLine($"{operations} operations; {resumed} runs had something to resume");
                break;
            }

            var vouched = VouchedFor(world);
            resumed += vouched.Count > 0 ? 1 : 0;
            remote.Heal();
            remote.Log.Clear();
            report = await world.MirrorAsync(world.DirectoryJob(BlockCodec.Brotli, "dir"));

            Assert.True(report.IsSuccess, $"after {operations} operations: {MirrorReportJson.Write(report)}");
            Assert.All(BlocksWritten(remote), block => Assert.DoesNotContain(block, vouched));
            await AssertIsRightAsync(world);
        }

        Assert.InRange(resumed, 3, int.MaxValue);
    }

    [Fact]
    public async Task Run_CancelledAfterARecord_KeepsTheBlocksAndGoesOn()
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        var reached = world.Remote("dir").HangAt(RemoteOperation.WriteAll, "20260105T010000Z.vhd/blocks/0/1");
        using var stop = new CancellationTokenSource();
        var run = world.MirrorAsync(world.DirectoryJob(BlockCodec.Gzip, "dir"), stop.Token);
        await reached;
        while (VouchedFor(world).Count == 0)
        {
            await Task.Yield();
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);

        await AssertGoesOnAsync(world, BlockCodec.Gzip);
    }

    [Fact]
    public async Task Run_SourceGoneAfterARecord_KeepsTheBlocksAndGoesOn()
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        AtTheLastLook(world, static () => throw new RemoteUnavailableException("the source went away"));

        var report = await world.MirrorAsync(world.DirectoryJob(BlockCodec.None, "dir"));

        Assert.False(report.IsSuccess);
        Assert.NotEmpty(VouchedFor(world));
        world.Source.Heal();
        await AssertGoesOnAsync(world, BlockCodec.None);
    }

    [Fact]
    public async Task Run_OtherFormThanTheInterrupted_BeginsAnew()
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        await InterruptAsync(world, BlockCodec.None);

        var report = await world.MirrorAsync(world.DirectoryJob(BlockCodec.Brotli, "dir"));

        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        await AssertIsRightAsync(world);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Run_TransferIsNotWantedAnyMore_RemovesItsBlocksAndItsRecord(bool isFile)
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        await InterruptAsync(world, BlockCodec.None);
        var job = isFile ? world.Job(["dir"]) : world.DirectoryJob(BlockCodec.None, "dir");

        // Only the newest point is sent from here on, as one key of another name.
        var report = await world.MirrorAsync(new MirrorJob(job.Name)
        {
            Source = job.Source,
            Id = job.Id,
            ScheduleId = job.ScheduleId,
            Destinations = { job.Destinations[0] with { Retention = RetentionPolicy.KeepLast(1) } },
        });

        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        await world.AssertHoldsAsync("dir", "C");
        Assert.DoesNotContain(world.Tree("dir").Keys, static path => path.Contains("20260105T010000Z", StringComparison.Ordinal) || path.Contains(".mirrorbackup", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_SourceChangesWhileItIsRead_KeepsNothingOfIt()
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        AtTheLastLook(world, () =>
        {
            var file = Directory.EnumerateFiles(world.Run.PathOf("src"), "20260105T010000Z.vhd", SearchOption.AllDirectories).Single();
            File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file).AddSeconds(1));
        });

        var report = await world.MirrorAsync(world.DirectoryJob(BlockCodec.None, "dir"));

        // The run read the source again and sent everything anew, the blocks that were recorded included.
        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        Assert.Equal(2, BlocksWritten(world.Remote("dir")).Count(static path => path.EndsWith("20260105T010000Z.vhd/blocks/0/0", StringComparison.Ordinal)));
        await AssertIsRightAsync(world);
    }

    private static async Task InterruptAsync(MirrorFixture world, BlockCodec codec)
    {
        var remote = world.Remote("dir");
        remote.FailAt(RemoteOperation.WriteAll, "20260105T010000Z.vhd/header");
        var report = await world.MirrorAsync(world.DirectoryJob(codec, "dir"));
        Assert.False(report.IsSuccess);
        Assert.NotEmpty(VouchedFor(world));
        remote.Heal();
    }

    // Before a copy is committed, the files of the source are looked at once more. Here not before the destination has a record.
    private static void AtTheLastLook(MirrorFixture world, Action action) => world.Source.At(
        RemoteOperation.Stat,
        "20260105T010000Z.vhd",
        async stop =>
        {
            while (VouchedFor(world).Count == 0)
            {
                stop.ThrowIfCancellationRequested();
                await Task.Yield();
            }

            action();
        },
        nth: 2);

    private static async Task AssertGoesOnAsync(MirrorFixture world, BlockCodec codec)
    {
        var remote = world.Remote("dir");
        var vouched = VouchedFor(world);
        Assert.NotEmpty(vouched);
        remote.Heal();
        remote.Log.Clear();

        var report = await world.MirrorAsync(world.DirectoryJob(codec, "dir"));

        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        Assert.All(BlocksWritten(remote), block => Assert.DoesNotContain(block, vouched));
        await AssertIsRightAsync(world);
    }

    private static async Task AssertIsRightAsync(MirrorFixture world)
    {
        await world.AssertHoldsAsync("dir", "ABC");
        var tree = world.Tree("dir");
        Assert.DoesNotContain(tree.Keys, static path => path.StartsWith(".mirrorbackup", StringComparison.Ordinal));

        // Every directory is that of an alias of its name, and holds the four structures.
        var directories = tree.Keys.Where(static path => path.Contains("/data/", StringComparison.Ordinal)).Select(static path => path.Split("/data/")[1].Split('/')[0]).Distinct();
        Assert.Equal(["20260105T010000Z.vhd", "20260106T010000Z.vhd", "20260107T010000Z.vhd"], directories);
    }

    private static List<string> BlocksWritten(FaultyRemote remote) =>
        [.. remote.Log.Where(static entry => entry.Operation == RemoteOperation.WriteAll && entry.Path.Value.Contains("/blocks/", StringComparison.Ordinal)).Select(static entry => entry.Path.Value)];

    // The paths of the blocks that all records together vouch for.
    private static List<string> VouchedFor(MirrorFixture world)
    {
        var blocks = new List<string>();
        var folder = Path.Combine(world.Run.PathOf("dir"), ".mirrorbackup");
        foreach (var file in Directory.Exists(folder) ? Directory.GetFiles(folder, "*.json", SearchOption.AllDirectories) : [])
        {
            var record = JsonNode.Parse(File.ReadAllText(file))!;
            var alias = (string)record["transfer"]!["alias"]!;
            var bits = Convert.FromBase64String((string)record["flushed"]!);
            if (File.Exists(Path.Combine(world.Run.PathOf("dir"), alias)))
            {
                // The disk was complete when the run was cut off, and listed by nothing: the next run drops it and sends it anew, as it does with files.
                continue;
            }

            blocks.AddRange(Enumerable.Range(0, bits.Length * 8)
                .Where(block => (bits[block / 8] & (0x80 >> (block % 8))) != 0)
                .Select(block => $"{alias[..alias.LastIndexOf('/')]}/data/{record["data"]}/blocks/0/{block}"));
        }

        return blocks;
    }
}
