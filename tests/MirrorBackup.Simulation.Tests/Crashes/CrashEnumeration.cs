using System.Collections.Concurrent;
using System.Collections.Immutable;
using MirrorBackup.Mirroring;
using MirrorBackup.Simulation.Tests.World;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.Crashes;

/// <summary>
/// Crashes a job at every operation, with every outcome. What is listed then has to read back, and the next run has to end where an undisturbed one
/// does, with nothing left over and nothing sent that was there.
/// </summary>
internal sealed class CrashEnumeration
{
    private readonly Setting _setting;
    private readonly JobRun _job;
    private readonly ConcurrentBag<string> _violations = [];
    private int _crashes;
    private int _states;
    private ImmutableSortedDictionary<string, DestinationState> _before = ImmutableSortedDictionary<string, DestinationState>.Empty;
    private ImmutableSortedDictionary<string, DestinationState> _after = ImmutableSortedDictionary<string, DestinationState>.Empty;

    public CrashEnumeration(Setting setting)
    {
        _setting = setting;
        _job = new JobRun(setting, new DestinationReader(setting, new Truth(setting)));
    }

    /// <summary>Operations times outcomes, those of recovering runs included.</summary>
    public int Crashes => _crashes;

    /// <summary>The different disks among what they left.</summary>
    public int States => _states;

    /// <summary>What was wrong.</summary>
    public IReadOnlyCollection<string> Violations => _violations;

    /// <summary>Runs it.</summary>
    /// <param name="outcomes">What crashes leave.</param>
    /// <param name="depth">1, or 2 to crash every recovering run, too.</param>
    public async Task RunAsync(IReadOnlyList<CrashOutcome> outcomes, int depth)
    {
        var clock = JobRun.ClockOf(0);
        var disk = _setting.Load(clock);
        _before = await _job.ReadAsync(disk);
        var recorder = new CrashRecorder(disk, outcomes, "the run");
        recorder.Start();
        await _job.RunAsync(disk, clock);
        recorder.Stop();
        _after = await _job.ReadAsync(disk);
        CheckUndisturbed();
        await CheckAsync(recorder, outcomes, run: 1, depth);
    }

    private void CheckUndisturbed()
    {
        foreach (var name in _setting.Destinations)
        {
            if (_setting.ExpectedLetters(name) is { } letters && letters != _after[name].Letters)
            {
                _violations.Add($"{_setting}: undisturbed, {name} holds {_after[name].Letters}, not {letters}");
            }
        }
    }

    private async Task CheckAsync(CrashRecorder recorder, IReadOnlyList<CrashOutcome> outcomes, int run, int depth)
    {
        Interlocked.Add(ref _crashes, recorder.Crashes);
        Interlocked.Add(ref _states, recorder.States.Count);
        await Parallel.ForEachAsync(
            recorder.States,
            new ParallelOptions { MaxDegreeOfParallelism = run == 1 ? Environment.ProcessorCount : 1, CancellationToken = TestContext.Current.CancellationToken },
            async (state, _) =>
            {
                try
                {
                    await CheckAsync(state, outcomes, run, depth);
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    _violations.Add($"{_setting}: {state.When}: {error.GetType().Name}: {error.Message}");
                }
            });
    }

    private async Task CheckAsync(CrashState state, IReadOnlyList<CrashOutcome> outcomes, int run, int depth)
    {
        var crashed = await _job.ReadAsync(state.Disk);
        CheckListed(crashed, state.When);

        var clock = JobRun.ClockOf(run);
        var disk = state.Disk.Crash(CrashOutcome.Kept, clock);
        var recorder = new CrashRecorder(disk, run < depth ? outcomes : [], $"the next run, {state.When}");
        recorder.Start();
        var report = await _job.RunAsync(disk, clock);
        recorder.Stop();
        CheckConverged(crashed, await _job.ReadAsync(disk), report, state.When);
        if (run < depth)
        {
            await CheckAsync(recorder, outcomes, run + 1, depth);
        }
    }

    private void CheckListed(ImmutableSortedDictionary<string, DestinationState> crashed, string when)
    {
        foreach (var (name, state) in crashed)
        {
            foreach (var (point, problem) in state.Points)
            {
                // What could not be read before may have been damaged all along.
                if (problem is not null && _before[name].Points.GetValueOrDefault(point) is null)
                {
                    _violations.Add($"{_setting}: {when}: {name} lists {point}, which does not read back: {problem}");
                }
            }

            if (state.Cached is { } cached && !cached.IsSubsetOf(state.Points.Keys))
            {
                _violations.Add($"{_setting}: {when}: the cache of {name} lists {string.Join(", ", cached.Except(state.Points.Keys))}, which is not there");
            }

            foreach (var kept in _before[name].Points.Keys.Intersect(_after[name].Points.Keys).Except(state.Points.Keys))
            {
                _violations.Add($"{_setting}: {when}: {name} does not list {kept}, which was there and is to stay");
            }
        }
    }

    private void CheckConverged(
        ImmutableSortedDictionary<string, DestinationState> crashed, ImmutableSortedDictionary<string, DestinationState> found, MirrorReport report, string when)
    {
        foreach (var (name, state) in found)
        {
            var expected = _after[name];
            if (state.Letters != expected.Letters || !state.Points.SequenceEqual(expected.Points))
            {
                _violations.Add($"{_setting}: {when}: after the next run {name} holds {state.Letters} {state.Unreadable}, not {expected.Letters} {expected.Unreadable}");
            }

            if (state.Cached is { } cached && !cached.SetEquals(state.Points.Keys))
            {
                _violations.Add($"{_setting}: {when}: after the next run the cache of {name} lists {string.Join(", ", cached)}");
            }

            var (extra, missing) = (state.Files.Except(expected.Files), expected.Files.Except(state.Files));
            if (!extra.IsEmpty || !missing.IsEmpty)
            {
                _violations.Add($"{_setting}: {when}: after the next run {name} has [{string.Join(", ", extra)}] and lacks [{string.Join(", ", missing)}]");
            }
        }

        foreach (var destination in report.Vms.SelectMany(static vm => vm.Destinations))
        {
            var listed = crashed[destination.Name].Points.Where(static point => point.Value is null).Select(static point => point.Key).ToHashSet();
            foreach (var step in destination.Steps.Where(step => step.Kind == "transfer" && step.Outcome == MirrorOutcome.Succeeded && step.Points.Any(listed.Contains)))
            {
                _violations.Add($"{_setting}: {when}: the next run sent {string.Join(", ", step.Points)} again to {destination.Name}");
            }
        }
    }
}
