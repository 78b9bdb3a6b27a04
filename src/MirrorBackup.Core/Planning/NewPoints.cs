using System.Collections.Immutable;
using System.Globalization;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>
/// What the source has to offer to one destination: of each job, what comes after the newest point that the destination can restore.
/// What is older was retired there; but what the destination lists and cannot restore is offered, too, where the job repairs.
/// </summary>
internal sealed class NewPoints
{
    private readonly Dictionary<PointId, PointId?> _common = [];
    private readonly List<RestorePoint> _points = [];
    private readonly HashSet<PointId> _older = [];

    /// <summary>Finds them.</summary>
    /// <param name="view">The source.</param>
    /// <param name="request">The destination.</param>
    /// <param name="initial">The points that it can restore before anything is sent, in order of time.</param>
    /// <param name="broken">The points that are to be repaired.</param>
    internal NewPoints(SourceView view, DestinationRequest request, ImmutableArray<RestorePoint> initial, IReadOnlySet<PointId> broken)
    {
        foreach (var job in view.Jobs)
        {
            var common = job.FindLastIndex(point => initial.AsSpan().PositionOf(point.Id) >= 0);
            for (var i = broken.Count == 0 ? common + 1 : 0; i < job.Count; i++)
            {
                if (i > common || broken.Contains(job[i].Id))
                {
                    _common.Add(job[i].Id, common < 0 ? null : job[common].Id);
                    _points.Add(job[i]);
                }

                if (i < common && broken.Contains(job[i].Id))
                {
                    _older.Add(job[i].Id);
                }
            }

            if (common < 0 && Limit(request, initial) is { } last)
            {
                Retire(view, job, last, request.Retention.Last, broken);
            }
        }

        _points.Sort((left, right) => view.OrderOf(left.Id).CompareTo(view.OrderOf(right.Id)));
    }

    /// <summary>The points, in the order of the source.</summary>
    internal IReadOnlyList<RestorePoint> Points => _points;

    /// <summary>
    /// Those that count as retired, because their job has no point in common any more, and why. A rule of the retention that looks far
    /// back would otherwise send again what it once let go.
    /// </summary>
    internal Dictionary<PointId, StepReason> Retired { get; } = [];

    /// <summary>The newest point in common of the job of a point.</summary>
    internal PointId? CommonOf(PointId id) => _common[id];

    /// <summary>Whether a point is offered only because the job repairs: it is older than the newest point in common.</summary>
    internal bool IsRepair(PointId id) => _older.Contains(id);

    /// <summary>The oldest of the last points that the retention counts and keeps, if it has as many.</summary>
    private static PointId? Limit(DestinationRequest request, ImmutableArray<RestorePoint> initial)
    {
        var left = request.Retention.Last;
        for (var i = initial.Length - 1; i >= 0; i--)
        {
            if (request.Counts(initial[i]) && --left == 0)
            {
                return initial[i].Id;
            }
        }

        return null;
    }

    /// <summary>
    /// What comes, in the job, before the last points that the retention keeps; the newest one that the source can restore, and what is to be repaired, excepted.
    /// </summary>
    private void Retire(SourceView view, List<RestorePoint> job, PointId limit, int count, IReadOnlySet<PointId> broken)
    {
        var newest = job.FindLastIndex(point => !view.FilteredOut.Contains(point.Id) && view.Chain.IsRestorable(point));
        var reason = new StepReason(
            StepReasonKind.CountsAsRetired,
            string.Create(CultureInfo.InvariantCulture, $"the destination has no point of its job in common, and has {count} newer points"),
            limit);
        for (var i = job.FindLastIndex(point => point.Id < limit); i >= 0; i--)
        {
            if (i != newest && !broken.Contains(job[i].Id))
            {
                Retired.Add(job[i].Id, reason);
            }
        }
    }
}
