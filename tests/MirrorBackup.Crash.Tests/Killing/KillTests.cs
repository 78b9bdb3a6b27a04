using System.Diagnostics;
using System.Globalization;
using MirrorBackup.Backups;
using MirrorBackup.Crash.Tests.Stored;

namespace MirrorBackup.Crash.Tests.Killing;

/// <summary>
/// A process that mirrors is killed at a random moment, on real files. Whatever it was doing: every listed point reads back to what it truly was, none that
/// was to stay is missing, and the next run ends as one that nobody disturbed.
/// </summary>
public sealed class KillTests(ITestOutputHelper output)
{
    private const int Workers = 2;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Repeats one seed, or makes the rounds many.</summary>
    private static int Setting(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : otherwise;

    [Theory]
    [InlineData("files", 25)]
    [InlineData("directories", 25)]
    [InlineData("encrypted", 25)]
    [InlineData("archives", 15)]
    [InlineData("all at once", 10)]
    public async Task Run_KilledAtRandomMoments_NothingListedIsBadAndTheNextRunFinishes(string name, int percent)
    {
        var rounds = Setting("MIRRORBACKUP_KILL_ROUNDS", 200) * percent / 100;
        var seed = Setting("MIRRORBACKUP_KILL_SEED", 20261128);
        using var world = await CreateAsync(name);
        var undisturbed = await MeasureAsync(world);
        var tally = new KillTally();
        var watch = Stopwatch.StartNew();

        await Parallel.ForEachAsync(
            Enumerable.Range(0, rounds),
            new ParallelOptions { MaxDegreeOfParallelism = Workers, CancellationToken = Cancelled },
            async (round, _) => await new KillRound(world, undisturbed, tally, new Random(seed + round)).RunAsync($"round{round}", (double)round / rounds, Cancelled));

        output.WriteLine($"{name}: {rounds} rounds in {watch.Elapsed.TotalSeconds:0} s (a run takes {undisturbed.Duration.TotalMilliseconds:0} ms): {tally}");
        Assert.InRange(tally.Kills, rounds * 2 / 3, rounds * 2);
        Assert.NotEqual(0, tally.Of("transfer"));
        Assert.NotEqual(0, tally.With("lock"));
    }

    private static Task<MirrorWorld> CreateAsync(string name) => name switch
    {
        "files" => MirrorWorld.CreateAsync(BackupMode.Incremental, [StoredKind.Files], Cancelled),
        "directories" => MirrorWorld.CreateAsync(BackupMode.Incremental, [StoredKind.Directories], Cancelled),
        "encrypted" => MirrorWorld.CreateAsync(BackupMode.Incremental, [StoredKind.Encrypted], Cancelled),
        "archives" => MirrorWorld.CreateAsync(BackupMode.Full, [StoredKind.Files, StoredKind.EncryptedArchives], Cancelled),
        _ => MirrorWorld.CreateAsync(BackupMode.Incremental, [StoredKind.Files, StoredKind.Directories, StoredKind.Encrypted], Cancelled),
    };

    /// <summary>Lets a run go to its end; the second of two, because the first one of all finds no program in memory yet.</summary>
    private static async Task<UndisturbedRun> MeasureAsync(MirrorWorld world)
    {
        UndisturbedRun? measured = null;
        for (var i = 0; i < 2; i++)
        {
            var copy = world.Copy("undisturbed");
            var watch = Stopwatch.StartNew();
            using var process = Victim.Start(world.CommandLineOf(copy));
            await process.EndAsync(Cancelled);
            measured = new UndisturbedRun(process.Lines, watch.Elapsed);
            foreach (var kind in world.Kinds)
            {
                var end = await world.ReadAsync(copy, kind, Cancelled);
                Assert.Equal(MirrorWorld.After, end.Letters);
                Assert.Empty(end.Leftovers);
            }
        }

        return measured!;
    }
}
