using MirrorBackup.Backups;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>
/// What Xen Orchestra's mirror would send to a destination that is alone and undamaged: every backup after the last common one of its
/// job, as it is; a delta needs its parent in the folder of the mirror job. It fails at the first that it cannot send.
/// </summary>
internal static class XenOrchestraRule
{
    /// <summary>The bytes of its run.</summary>
    /// <returns>The bytes; <see langword="null"/> where the run would fail, or would first clean up what this rule does not describe.</returns>
    internal static long? BytesToSend(DestinationRun run)
    {
        var there = run.Before;
        if (there.Points.Exists(point => !there.IsRestorable(point)) || there.PendingMerges.Count > 0
            || run.Source.Points.GroupBy(point => point.JobId).Any(WentBack)
            || run.Source.Points.DistinctBy(point => point.Id).Count() < run.Source.Points.Count || there.ReservedPaths.Count > 0 || there.Revisions.Keys.Any(path => !there.IsListed(path)))
        {
            return null;
        }

        var known = there.Revisions.Values.Where(revision => revision.Facts.Directory.StartsWith("vdis/" + run.Request.JobId + "/", StringComparison.Ordinal))
            .GroupBy(revision => revision.Facts.Id).ToDictionary(group => group.Key, group => group.First().Facts.Form);
        var parents = there.Revisions.Values.Select(revision => revision.ParentPath is null ? "" : revision.Facts.ParentId).ToHashSet();
        long bytes = 0;
        foreach (var point in ToSend(run))
        {
            foreach (var disk in point.Disks)
            {
                if (!run.Source.Revisions.TryGetValue(disk.Path, out var revision) || !revision.Facts.IsReadable)
                {
                    return null;
                }

                var isBased = !revision.Facts.IsDelta
                    || (known.GetValueOrDefault(revision.Facts.ParentId!) == run.Request.Profile.Form && parents.Add(revision.Facts.ParentId!));
                if (!isBased)
                {
                    return null;
                }

                known[revision.Facts.Id] = run.Request.Profile.Form;
                bytes += revision.Facts.AllocatedBytes;
            }
        }

        return bytes;
    }

    /// <summary>Where a clock went back it takes an older point for done, though it was never sent.</summary>
    private static bool WentBack(IEnumerable<RestorePoint> points) =>
        points.Zip(points.Skip(1)).Any(pair => pair.First.Id >= pair.Second.Id);

    private static List<RestorePoint> ToSend(DestinationRun run)
    {
        var present = run.Before.Points.Select(point => point.Id).ToHashSet();
        var result = new List<RestorePoint>();
        foreach (var group in run.Source.Points.GroupBy(point => point.JobId))
        {
            var points = group.OrderBy(point => point.Id.Timestamp).ToList();
            result.AddRange(points.Skip(points.FindLastIndex(point => present.Contains(point.Id)) + 1));
        }

        return result;
    }
}
