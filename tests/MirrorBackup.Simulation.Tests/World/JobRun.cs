using System.Collections.Immutable;
using Microsoft.Extensions.Time.Testing;
using MirrorBackup.Mirroring;
using MirrorBackup.Remotes;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.World;

/// <summary>Runs the job of a setting, and reads what it left.</summary>
internal sealed class JobRun(Setting setting, DestinationReader reader)
{
    private static readonly DateTimeOffset s_start = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The clock of the n-th run: hours after the one before, so that no lock of that is alive.</summary>
    public static FakeTimeProvider ClockOf(int run) => new(s_start.AddHours(run)) { AutoAdvanceAmount = TimeSpan.FromMilliseconds(1) };

    /// <summary>Runs the job.</summary>
    /// <param name="disk">The disk.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="change">Puts something over a remote, by its name.</param>
    /// <param name="below">Likewise, below the encryption.</param>
    /// <param name="cancellationToken">Stops the job; the end of the test by default.</param>
    public async Task<MirrorReport> RunAsync(
        SimulatedDisk disk, TimeProvider clock, Func<string, IRemote, IRemote>? change = null, Func<string, IRemote, IRemote>? below = null, CancellationToken? cancellationToken = null)
    {
        var remotes = new List<IRemote>();
        try
        {
            foreach (var name in setting.Destinations.Prepend("src"))
            {
                var remote = await setting.OpenAsync(disk, name, clock, below);
                remotes.Add(change?.Invoke(name, remote) ?? remote);
            }

            return await new MirrorRunner(null, clock).RunAsync(setting.Job(remotes), null, cancellationToken ?? TestContext.Current.CancellationToken);
        }
        finally
        {
            foreach (var remote in remotes)
            {
                await remote.DisposeAsync();
            }
        }
    }

    /// <summary>What the remotes show, by name.</summary>
    public async Task<ImmutableSortedDictionary<string, DestinationState>> ReadAsync(SimulatedDisk disk)
    {
        var states = ImmutableSortedDictionary.CreateBuilder<string, DestinationState>(StringComparer.Ordinal);
        foreach (var name in setting.Destinations.Prepend("src"))
        {
            states.Add(name, await reader.ReadAsync(disk, name, TestContext.Current.CancellationToken));
        }

        return states.ToImmutable();
    }
}
