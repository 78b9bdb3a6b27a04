using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>Gathers conflicts, those with one cause into one.</summary>
internal sealed class ConflictLog
{
    private readonly List<(RouteFailure Failure, List<PointId> Points)> _failures = [];
    private readonly Dictionary<RouteFailure, int> _index = [];
    private readonly List<PlanConflict> _conflicts = [];

    internal void Add(PlanConflict conflict) => _conflicts.Add(conflict);

    internal void AddRange(IEnumerable<PlanConflict> conflicts) => _conflicts.AddRange(conflicts);

    internal void Add(RouteFailure failure, PointId point)
    {
        if (!_index.TryGetValue(failure, out var index))
        {
            _index.Add(failure, index = _failures.Count);
            _failures.Add((failure, []));
        }

        _failures[index].Points.Add(point);
    }

    internal ImmutableArray<PlanConflict> ToImmutable()
    {
        foreach (var (failure, points) in _failures)
        {
            var fate = failure.Kind == PlanConflictKind.NotOnSource ? "repaired" : "sent";
            var which = points.Count == 1 ? $"{points[0]} is not {fate}" : $"{points[0]} to {points[^1]} are not {fate} ({points.Count} points)";
            _conflicts.Add(new PlanConflict(failure.Kind, $"{failure.Cause}; {which}.")
            {
                Points = [.. points],
                Paths = failure.Path is { } path ? [path] : [],
            });
        }

        _failures.Clear();
        return [.. _conflicts];
    }
}
