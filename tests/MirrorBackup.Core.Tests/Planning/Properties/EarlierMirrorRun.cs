using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>
/// A little model of a mirror run, written apart from the planner: it makes the destinations that earlier runs left. It sends each
/// point that is newer than the last common one of its source job, as it is where it can and as a key where it cannot.
/// </summary>
internal sealed class EarlierMirrorRun(SimulatedRepository source, SimulatedRepository destination)
{
    internal required string JobId { get; init; }

    internal required string ScheduleId { get; init; }

    internal required StorageForm Form { get; init; }

    internal required int Keep { get; init; }

    /// <summary>0: none; 1: after the disks of the last point, before its metadata; 2: before retiring; 3: before folding.</summary>
    internal int Crash { get; init; }

    internal void Run()
    {
        foreach (var group in source.Points.GroupBy(point => point.JobId).ToList())
        {
            var points = group.ToList();
            var common = points.FindLastIndex(point => destination.Points.Exists(there => there.Id == point.Id));
            foreach (var point in points.Skip(common + 1).Where(source.IsRestorable))
            {
                Send(point, isLast: point == points[^1]);
            }
        }

        if (Crash is 1 or 2)
        {
            return;
        }

        RepositoryRules.KeepLast(destination, Keep, point => point.JobId == JobId && point.ScheduleId == ScheduleId);
        if (Crash != 3)
        {
            RepositoryRules.Fold(destination);
        }
    }

    private void Send(RestorePoint point, bool isLast)
    {
        var parents = point.Disks.ToDictionary(disk => disk.Disk, disk => ParentFor(source.Revisions[disk.Path]));
        var after = parents.Values.Where(parent => parent is not null).Select(parent => RepositoryRules.FileStem(parent!.Path)).Max(StringComparer.Ordinal);
        foreach (var disk in point.Disks)
        {
            DropRemains(source.Revisions[disk.Path].Facts.Id);
        }

        var name = RepositoryRules.FreeName(destination, point.Id.Timestamp, after);
        var disks = ImmutableArray.CreateBuilder<PointDisk>();
        foreach (var disk in point.Disks)
        {
            var original = source.Revisions[disk.Path];
            var parent = parents[disk.Disk];
            var path = parent is null
                ? RepositoryRules.PathOf(JobId, disk.Disk, name, Form)
                : RepositoryRules.Folder(parent.Path) + "/" + RepositoryRules.PathOf(JobId, disk.Disk, name, Form).Split('/')[^1];
            var blocks = parent is null ? source.View(disk.Path)!.Value : original.Blocks;
            var facts = original.Facts with { Path = path, Form = Form, ParentId = parent?.Facts.Id };
            destination.Put(new StoredRevision(facts, blocks, parent?.Path).Holding(blocks));
            disks.Add(new PointDisk(disk.Disk, path));
        }

        if (!(isLast && Crash == 1))
        {
            destination.Points.Add(point with { Name = name, JobId = JobId, ScheduleId = ScheduleId, Disks = disks.ToImmutable(), IsProtected = false });
        }
    }

    /// <summary>What an earlier crash left of a revision that is about to be sent goes first, with everything that was left on top of it.</summary>
    private void DropRemains(string id)
    {
        foreach (var remains in destination.Revisions.Values.Where(revision => revision.Facts.Id == id && !IsNeeded(revision)).ToList())
        {
            Drop(remains);
        }
    }

    private bool IsNeeded(StoredRevision revision) => destination.IsListed(revision.Path)
        || destination.PendingMerges.Exists(merge => merge.Paths.Contains(revision.Path))
        || destination.ChildrenOf(revision.Path).Exists(IsNeeded);

    private void Drop(StoredRevision revision)
    {
        destination.ChildrenOf(revision.Path).ForEach(Drop);
        destination.Remove(revision.Path);
    }

    private StoredRevision? ParentFor(StoredRevision original) => original.Facts.ParentId is not { } id
        ? null
        : destination.Revisions.Values.FirstOrDefault(candidate =>
            candidate.Facts.Id == id
            && candidate.Facts.Form == Form
            && destination.View(candidate.Path) is not null
            && destination.ChildrenOf(candidate.Path).Count == 0
            && !destination.PendingMerges.Exists(merge => merge.Paths.Contains(candidate.Path)));
}
