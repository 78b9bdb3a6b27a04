using MirrorBackup.Backups;
using MirrorBackup.Planning;

namespace MirrorBackup.Tests.Planning;

/// <summary>
/// Follows a plan for incremental backups step by step with rules of its own, and complains where a step is impossible, loses
/// something or leaves the bounds. It knows nothing of how plans are made.
/// </summary>
internal sealed class PlanChecker
{
    private readonly BackupChain _source;
    private readonly int _retention;
    private readonly Dictionary<string, (string Id, string? ParentId, bool Opens)> _stored = new(StringComparer.Ordinal);
    private readonly Dictionary<string, RestorePoint> _listed = new(StringComparer.Ordinal);
    private readonly int _mostListed;

    private PlanChecker(BackupChain source, BackupChain destination, int retention)
    {
        _source = source;
        _retention = retention;
        foreach (var revision in destination.Revisions)
        {
            _stored.Add(revision.Path, (revision.Id, revision.ParentId, revision.IsReadable));
        }

        foreach (var point in destination.Points)
        {
            _listed.Add(point.Name, point);
        }

        // What cannot be restored is neither counted nor retired.
        _mostListed = Math.Max(_listed.Count, retention + _listed.Count - Restorable().Count) + 1;
    }

    /// <summary>The instants that can be restored at the end of a plan.</summary>
    internal static List<long> Follow(DestinationPlan plan, int retention)
    {
        var checker = new PlanChecker(plan.Source, plan.Before, retention);
        foreach (var step in plan.Steps)
        {
            checker.Follow(step);
        }

        checker.Compare(plan.Result);
        return [.. checker.Restorable().Select(point => point.Id.Timestamp).Order()];
    }

    private void Follow(MirrorStep step)
    {
        var whole = Restorable();
        switch (step)
        {
            case TransferStep transfer:
                Check(_listed.TryAdd(transfer.Name, transfer.Written), "a name is taken twice", step);
                Write(transfer.Disks, step);
                break;
            case ReplaceStep replace:
                Check(_listed.ContainsKey(replace.Listed.Name), "what is replaced is not listed", step);
                _listed[replace.Listed.Name] = replace.Written;
                Write(replace.Disks, step);
                break;
            case UnlistStep unlist:
                Check(_listed.Remove(unlist.Point.Name), "what is unlisted is not listed", step);
                Check(Restorable().Count >= Math.Min(_retention, whole.Count), "retention goes below its own number", step);
                whole.RemoveAll(point => point.Name == unlist.Point.Name);
                break;
            case DeleteStep delete:
                Check(delete.Paths.All(_stored.Remove), "what is deleted is not there", step);
                break;
            case MergeStep merge:
                foreach (var disk in merge.Disks)
                {
                    Merge(disk, step);
                }

                break;
        }

        Check(whole.TrueForAll(point => IsRestorable(point)), "a point that stays is lost", step);
        Check(_listed.Count <= _mostListed, "too many points are listed", step);
    }

    private void Write(IEnumerable<DiskTransfer> disks, MirrorStep step)
    {
        foreach (var disk in disks)
        {
            string? below = null;
            foreach (var path in disk.SourcePaths)
            {
                var revision = _source.Revision(path);
                Check(revision is { IsReadable: true }, "what is sent does not open", step);
                Check(path == disk.SourcePaths[0] ? revision!.ParentId == disk.ParentId : revision!.ParentId == below, "what is sent has a gap", step);
                below = revision.Id;
            }

            Check(below == disk.RevisionId, "the id is not that of the youngest", step);
            if (disk.ParentPath is { } parent)
            {
                Check(_stored.TryGetValue(parent, out var found) && found.Id == disk.ParentId && Opens(parent), "the parent is not there", step);
                Check(Folder(parent) == Folder(disk.TargetPath), "the parent is in another folder", step);
                Check(string.CompareOrdinal(parent, disk.TargetPath) < 0, "the name is not after that of the parent", step);
                Check(Children(parent).All(child => child == disk.TargetPath), "the parent has two children", step);
            }

            _stored[disk.TargetPath] = (disk.RevisionId, disk.ParentId, true);
        }
    }

    private void Merge(DiskMerge merge, MirrorStep step)
    {
        for (var i = 1; i < merge.Paths.Length; i++)
        {
            var (below, above) = (merge.Paths[i - 1], merge.Paths[i]);
            Check(_stored[above].ParentId == _stored[below].Id, "what is merged is no chain", step);
            Check(Children(below).SequenceEqual([above]), "what is merged has another child", step);
            Check(_listed.Values.All(point => point.Disks.All(disk => disk.Path != below)), "what is merged is listed", step);
        }

        var oldest = _stored[merge.Paths[0]];
        foreach (var path in merge.Paths.SkipLast(1))
        {
            _stored.Remove(path);
        }

        _stored[merge.Paths[^1]] = _stored[merge.Paths[^1]] with { ParentId = oldest.ParentId };
    }

    private void Compare(BackupChain announced)
    {
        var stored = _stored.Select(entry => $"{entry.Key} {entry.Value.Id} {entry.Value.ParentId}").Order(StringComparer.Ordinal);
        var said = announced.Revisions.Select(revision => $"{revision.Path} {revision.Id} {revision.ParentId}").Order(StringComparer.Ordinal);
        Check(stored.SequenceEqual(said), "the announced revisions are others", null);
        Check(_listed.Keys.Order(StringComparer.Ordinal).SequenceEqual(announced.Points.Select(point => point.Name).Order(StringComparer.Ordinal)), "the announced points are others", null);
    }

    private List<RestorePoint> Restorable() => [.. _listed.Values.Where(IsRestorable)];

    private bool IsRestorable(RestorePoint point) => point.Disks.All(disk => Opens(disk.Path));

    private bool Opens(string path)
    {
        for (var steps = 0; steps <= _stored.Count; steps++)
        {
            if (!_stored.TryGetValue(path, out var revision) || !revision.Opens)
            {
                return false;
            }

            if (revision.ParentId is null)
            {
                return true;
            }

            path = _stored.FirstOrDefault(entry => entry.Value.Id == revision.ParentId && Folder(entry.Key) == Folder(path)).Key ?? "";
        }

        return false;
    }

    private IEnumerable<string> Children(string path) =>
        _stored.Where(entry => entry.Value.ParentId == _stored[path].Id && Folder(entry.Key) == Folder(path)).Select(entry => entry.Key);

    private static string Folder(string path) => path[..path.LastIndexOf('/')];

    private static void Check(bool isRight, string complaint, MirrorStep? step)
    {
        if (!isRight)
        {
            throw new InvalidOperationException($"{complaint}: {step}");
        }
    }
}
