using System.Collections.Immutable;
using System.Runtime.InteropServices;
using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>
/// The source as all destinations see it: one point per identity, by job, in an order in which parents come first and, apart from
/// that, time decides.
/// </summary>
internal sealed class SourceView
{
    // Where time alone decides, the place of a point is found by its instant.
    private readonly Dictionary<PointId, int>? _order;

    internal SourceView(BackupChain chain, VmFilter filter)
    {
        Chain = chain;
        IsExcluded = !filter.Matches(chain);
        var order = new SourceOrder(chain, IsExcluded ? [] : WithoutDuplicates());
        Ordered = order.Points;
        Warnings = order.Warnings;
        if (!order.IsByTime)
        {
            _order = Ordered.Select((point, place) => (point.Id, place)).ToDictionary();
        }

        if (chain.Mode == BackupMode.Full)
        {
            FilteredOut = [.. Ordered.Where(point => !filter.Matches(chain.VmId, point.VmTags)).Select(point => point.Id)];
        }

        Jobs = ByJob(Ordered);
    }

    internal BackupChain Chain { get; }

    /// <summary>The fingerprint of the encryption of the source; null if it is clear.</summary>
    internal string? Encryption { get; init; }

    /// <summary>Whether the filter leaves nothing of the VM.</summary>
    internal bool IsExcluded { get; }

    internal List<RestorePoint> Ordered { get; }

    /// <summary>The points of each job, in order.</summary>
    internal List<List<RestorePoint>> Jobs { get; }

    internal HashSet<PointId> FilteredOut { get; } = [];

    internal List<PlanConflict> Conflicts { get; } = [];

    internal IReadOnlyList<PlanWarning> Warnings { get; }

    /// <summary>The place in <see cref="Ordered"/> of a point of the source.</summary>
    internal int OrderOf(PointId id) => _order is null ? ((ReadOnlySpan<RestorePoint>)CollectionsMarshal.AsSpan(Ordered)).PositionOf(id) : _order[id];

    /// <summary>Whether the source has a point.</summary>
    internal bool Has(PointId id) => _order?.ContainsKey(id) ?? ((ReadOnlySpan<RestorePoint>)CollectionsMarshal.AsSpan(Ordered)).PositionOf(id) >= 0;

    private static List<List<RestorePoint>> ByJob(List<RestorePoint> points)
    {
        var jobs = new List<List<RestorePoint>>();
        var byId = new Dictionary<string, List<RestorePoint>>(StringComparer.Ordinal);
        List<RestorePoint>? job = null;
        foreach (var point in points)
        {
            // Nearly always it is the job of the point before.
            if (job is null || job[0].JobId != point.JobId)
            {
                if (!byId.TryGetValue(point.JobId, out job))
                {
                    byId.Add(point.JobId, job = []);
                    jobs.Add(job);
                }
            }

            job.Add(point);
        }

        return jobs;
    }

    /// <summary>Of points with one identity the restorable ones go first, then those of the job that began earlier, then the name decides.</summary>
    /// <returns>Their positions in the chain, in order of time.</returns>
    private List<int> WithoutDuplicates()
    {
        // In order of time, twins are neighbours.
        var all = Chain.Points;
        var points = new List<int>(all.Length);
        Dictionary<string, PointId>? firstOfJob = null;
        for (int first = 0, next; first < all.Length; first = next)
        {
            next = first + 1;
            while (next < all.Length && all[next].Id == all[first].Id)
            {
                next++;
            }

            points.Add(next == first + 1 ? first : Best(first, next, firstOfJob ??= FirstOfJobs()));
        }

        return points;
    }

    private Dictionary<string, PointId> FirstOfJobs()
    {
        var firstOfJob = new Dictionary<string, PointId>(StringComparer.Ordinal);
        foreach (var point in Chain.Points)
        {
            firstOfJob.TryAdd(point.JobId, point.Id);
        }

        return firstOfJob;
    }

    /// <summary>Chooses one of several points of one instant, and says so.</summary>
    private int Best(int first, int end, Dictionary<string, PointId> firstOfJob)
    {
        var ranked = Chain.Points[first..end]
            .OrderByDescending(Chain.IsRestorable)
            .ThenBy(point => firstOfJob[point.JobId])
            .ThenBy(point => point.JobId, StringComparer.Ordinal)
            .ThenBy(point => point.Name, StringComparer.Ordinal)
            .ToList();
        foreach (var other in ranked.Skip(1))
        {
            Conflicts.Add(new PlanConflict(
                PlanConflictKind.DuplicateTimestamp,
                $"{other.Name}.json of job {other.JobId} has the same instant in ms as {ranked[0].Name}.json of job {ranked[0].JobId}; expected one point per instant. The latter is mirrored, the former is not.")
            {
                Points = [other.Id],
                Paths = [other.Name + ".json", ranked[0].Name + ".json"],
            });
        }

        return Chain.Points.IndexOf(ranked[0], first, end - first, ReferenceEqualityComparer.Instance);
    }
}
