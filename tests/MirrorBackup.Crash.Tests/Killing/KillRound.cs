using MirrorBackup.Crash.Tests.Stored;
using MirrorBackup.Mirroring;

namespace MirrorBackup.Crash.Tests.Killing;

/// <summary>One round: run, kill, look; sometimes once more, while that is being recovered from; and then a run to the end.</summary>
internal sealed class KillRound(MirrorWorld world, UndisturbedRun undisturbed, KillTally tally, Random random)
{
    private const double ChanceOfAnother = 1.0 / 3;

    /// <param name="name">The name of the round's folder.</param>
    /// <param name="share">Where in the run the kill is to come, from 0 to 1; the rounds together spread over all of it.</param>
    /// <param name="cancellationToken">Stops the round.</param>
    public async Task RunAsync(string name, double share, CancellationToken cancellationToken)
    {
        var copy = world.Copy(name);
        await KillAsync(copy, share, cancellationToken);
        if (random.NextDouble() < ChanceOfAnother)
        {
            await KillAsync(copy, random.NextDouble(), cancellationToken);
        }

        var report = await world.RunAsync(copy, cancellationToken);
        foreach (var kind in world.Kinds)
        {
            var end = await world.ReadAsync(copy, kind, cancellationToken);
            Assert.Equal(MirrorWorld.After, end.Letters);
            Assert.True(end.Leftovers.Count == 0, $"{name}: {string.Join('\n', end.Leftovers)}\n{MirrorReportJson.Write(report)}");
        }

        Assert.Empty(MirrorWorld.LocksOf(copy));
        var again = await world.RunAsync(copy, cancellationToken);
        Assert.All(again.Vms, static vm => Assert.Equal(MirrorOutcome.UpToDate, vm.Outcome));
        Directory.Delete(copy, recursive: true);
    }

    private async Task KillAsync(string copy, double share, CancellationToken cancellationToken)
    {
        using var process = Victim.Start(world.CommandLineOf(copy));
        switch (random.Next(8))
        {
            case 0:
                // Spread over the time of the process, of which a good part goes before it does anything.
                await Task.Delay(undisturbed.Duration * share, cancellationToken);
                break;
            case < 4:
                await process.WaitForLinesAsync(1, cancellationToken);
                await Task.Delay(undisturbed.WorkingTime * share, cancellationToken);
                break;
            default:
                // Spread over its steps, of which some are short.
                var line = random.Next(undisturbed.LineCount);
                await process.WaitForLinesAsync(line + 1, cancellationToken);
                await Task.Delay(undisturbed.After(line) * random.NextDouble(), cancellationToken);
                break;
        }

        var wasKilled = await process.KillAsync();
        tally.Add(wasKilled, undisturbed.PhasesAfter(process.Lines), copy);
        foreach (var kind in world.Kinds)
        {
            var left = await world.ReadAsync(copy, kind, cancellationToken);
            Assert.Subset(MirrorWorld.Before.Union(MirrorWorld.After).ToHashSet(), left.Letters.ToHashSet());
            Assert.Superset(MirrorWorld.Before.Intersect(MirrorWorld.After).ToHashSet(), left.Letters.ToHashSet());
        }

        MirrorWorld.AbandonLocks(copy);
    }
}
