using System.Collections.Concurrent;
using System.Collections.Immutable;
using MirrorBackup.Mirroring;

namespace MirrorBackup.Simulation.Tests.World;

/// <summary>Holds what a disturbed run left, and what the next one made of it, against what an undisturbed one does. Thread-safe.</summary>
internal sealed class Judge(Setting setting)
{
    private readonly ConcurrentBag<string> _violations = [];
    private ImmutableSortedDictionary<string, DestinationState> _before = ImmutableSortedDictionary<string, DestinationState>.Empty;
    private ImmutableSortedDictionary<string, DestinationState> _after = ImmutableSortedDictionary<string, DestinationState>.Empty;

    /// <summary>What was wrong.</summary>
    public IReadOnlyCollection<string> Violations => _violations;

    /// <summary>Takes the remotes before and after an undisturbed run, which has to do what the scenario says.</summary>
    public void SetUndisturbed(ImmutableSortedDictionary<string, DestinationState> before, ImmutableSortedDictionary<string, DestinationState> after)
    {
        (_before, _after) = (before, after);
        foreach (var name in setting.Destinations)
        {
            if (setting.ExpectedLetters(name) is { } letters && letters != after[name].Letters)
            {
                _violations.Add($"{setting}: undisturbed, {name} holds {after[name].Letters}, not {letters}");
            }
        }
    }

    /// <summary>Something else that is wrong.</summary>
    public void Blame(string when, string problem) => _violations.Add($"{setting}: {when}: {problem}");

    /// <summary>A run that ended with what no run may end with.</summary>
    public void Blame(string when, Exception error) => _violations.Add($"{setting}: {when}: {error.GetType().Name}: {error.Message}");

    /// <summary>A remote whose run was disturbed: what it lists reads back, and what is to stay is listed.</summary>
    public void CheckListed(ImmutableSortedDictionary<string, DestinationState> crashed, string when)
    {
        foreach (var (name, state) in crashed)
        {
            foreach (var (point, problem) in state.Points)
            {
                // What could not be read before may have been damaged all along.
                if (problem is not null && _before[name].Points.GetValueOrDefault(point) is null)
                {
                    _violations.Add($"{setting}: {when}: {name} lists {point}, which does not read back: {problem}");
                }
            }

            if (state.Cached is { } cached && !cached.IsSubsetOf(state.Points.Keys))
            {
                _violations.Add($"{setting}: {when}: the cache of {name} lists {string.Join(", ", cached.Except(state.Points.Keys))}, which is not there");
            }

            foreach (var kept in _before[name].Points.Keys.Intersect(_after[name].Points.Keys).Except(state.Points.Keys))
            {
                _violations.Add($"{setting}: {when}: {name} does not list {kept}, which was there and is to stay");
            }
        }
    }

    /// <summary>A remote after one more run, undisturbed: it is what it would have become at once, and what was there was not sent again.</summary>
    public void CheckConverged(
        ImmutableSortedDictionary<string, DestinationState> crashed, ImmutableSortedDictionary<string, DestinationState> found, MirrorReport report, string when)
    {
        foreach (var (name, state) in found)
        {
            var expected = _after[name];
            if (state.Letters != expected.Letters || !state.Points.SequenceEqual(expected.Points))
            {
                _violations.Add($"{setting}: {when}: after the next run {name} holds {state.Letters} {state.Unreadable}, not {expected.Letters} {expected.Unreadable}");
            }

            if (state.Cached is { } cached && !cached.SetEquals(state.Points.Keys))
            {
                _violations.Add($"{setting}: {when}: after the next run the cache of {name} lists {string.Join(", ", cached)}");
            }

            var (extra, missing) = (state.Files.Except(expected.Files), expected.Files.Except(state.Files));
            if (!extra.IsEmpty || !missing.IsEmpty)
            {
                _violations.Add($"{setting}: {when}: after the next run {name} has [{string.Join(", ", extra)}] and lacks [{string.Join(", ", missing)}]");
            }
        }

        foreach (var destination in report.Vms.SelectMany(static vm => vm.Destinations))
        {
            var listed = crashed[destination.Name].Points.Where(static point => point.Value is null).Select(static point => point.Key).ToHashSet();
            foreach (var step in destination.Steps.Where(step => step.Kind == "transfer" && step.Outcome == MirrorOutcome.Succeeded && step.Points.Any(listed.Contains)))
            {
                _violations.Add($"{setting}: {when}: the next run sent {string.Join(", ", step.Points)} again to {destination.Name}");
            }
        }
    }
}
