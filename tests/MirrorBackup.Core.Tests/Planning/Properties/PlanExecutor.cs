using System.Collections.Immutable;
using MirrorBackup.Backups;
using MirrorBackup.Planning;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>Does the steps of a plan in a simulated repository, refusing what a careful engine could not do without loss, and counts the bytes.</summary>
internal sealed class PlanExecutor(HistoryWorld world, SimulatedRepository destination)
{
    private readonly SimulatedRepository _source = world.Source;

    internal long BytesSent { get; private set; }

    internal long BytesMerged { get; private set; }

    internal long BytesFreed { get; private set; }

    internal void Execute(MirrorStep step)
    {
        switch (step)
        {
            case ResumeMergeStep resume:
                Resume(resume);
                break;
            case SkipStep:
                break;
            case TransferStep transfer:
                Demand(destination.Point(transfer.Name) is null, $"{transfer.Name} is taken by another point");
                transfer.Disks.ToList().ForEach(disk => Write(disk, replaced: null));
                List(transfer.Point, transfer.Written);
                break;
            case ReplaceStep replace:
                Replace(replace);
                break;
            case UnlistStep unlist:
                Demand(destination.Points.Remove(Listed(unlist.Point)), $"{unlist.Point.Name} is not listed");
                break;
            case MergeStep merge:
                Merge(merge);
                break;
            case DeleteStep delete:
                delete.Paths.ToList().ForEach(Drop);
                break;
            default:
                throw new StepImpossibleException($"unknown step {step.GetType().Name}");
        }
    }

    private void Replace(ReplaceStep replace)
    {
        var listed = Listed(replace.Listed);
        foreach (var disk in replace.Disks)
        {
            Write(disk, listed);
        }

        Demand(replace.Written.Name == listed.Name || destination.Point(replace.Written.Name) is null, $"{replace.Written.Name} is taken by another point");
        destination.Points.Remove(listed);
        List(replace.Point, replace.Written);
    }

    /// <summary>Lists a point, whose every disk must by now be there with the content that it was made of.</summary>
    private void List(RestorePoint original, RestorePoint written)
    {
        Demand(original.Id == written.Id, $"{written.Name} is written as another instant");
        Demand(written.Disks.Select(disk => disk.Disk).Order().SequenceEqual(original.Disks.Select(disk => disk.Disk).Order()), $"{written.Name} has other disks than its original");
        destination.Points.Add(written);
        var found = destination.ContentOf(written);
        var expected = world.TrueContentOf(original);
        Demand(expected == found, $"{written.Name} holds {found} instead of {expected}");
    }

    private void Write(DiskTransfer transfer, RestorePoint? replaced)
    {
        var blocks = Collapse(transfer);
        StoredRevision? parent = null;
        if (transfer.ParentPath is { } parentPath)
        {
            parent = destination.Revisions.GetValueOrDefault(parentPath);
            Demand(parent is not null && destination.View(parentPath) is not null, $"the parent {parentPath} cannot be read");
            Demand(parent!.Facts.Id == transfer.ParentId && parent.Facts.Form == transfer.Form, $"the parent {parentPath} is another one, or of another form");
        }

        Demand(
            !destination.PendingMerges.Exists(merge => merge.Paths.Contains(transfer.TargetPath)), $"{transfer.TargetPath} is written, and a merge state names it");
        var orphans = destination.ChildrenOf(transfer.TargetPath).FindAll(child => destination.ParentOf(child) is null);
        if (destination.Revisions.ContainsKey(transfer.TargetPath))
        {
            EnsureFree(transfer, replaced);
        }

        var youngest = _source.Revisions[transfer.SourcePaths[^1]].Facts;
        Demand(youngest.Id == transfer.RevisionId && youngest.Disk == transfer.Disk, $"{transfer.TargetPath} gets the id {transfer.RevisionId} of another revision");
        var facts = youngest with { Path = transfer.TargetPath, ParentId = transfer.ParentId, Form = transfer.Form };
        var stored = new StoredRevision(facts, blocks, parent?.Path).Holding(blocks);
        destination.Put(stored);
        BytesSent += stored.Facts.AllocatedBytes;
        foreach (var disk in destination.ChildrenOf(stored.Path).Except(orphans))
        {
            Demand(disk.Facts.ParentId == facts.Id, $"{disk.Path} loses its parent {transfer.TargetPath}");
        }
    }

    /// <summary>
    /// What is overwritten must be needed by nobody, or be the broken disk that is healed. With the same id it keeps its children;
    /// none of them may be in use.
    /// </summary>
    private void EnsureFree(DiskTransfer transfer, RestorePoint? replaced)
    {
        var path = transfer.TargetPath;
        var isSame = destination.Revisions[path].Facts.Id == transfer.RevisionId;
        Demand(destination.View(path) is null || !destination.IsListed(path), $"{path} is readable and listed, and is overwritten");
        Demand(isSame || !destination.ChildrenOf(path).Exists(child => destination.ParentOf(child) is not null), $"{path} is overwritten with another revision, and others stand on it");
        Demand(
            destination.Points.TrueForAll(point => point == replaced || point.Disks.All(disk => disk.Path != path)),
            $"{path} is overwritten, and another point lists it");
        Demand(replaced is not null || !IsInUse(path), $"{path} is overwritten, and a listed point stands on it");
    }

    private bool IsInUse(string path) => destination.View(path) is not null
        && (destination.IsListed(path) || destination.ChildrenOf(path).Exists(child => IsInUse(child.Path)));

    private ImmutableArray<int> Collapse(DiskTransfer transfer)
    {
        ImmutableArray<int> blocks = [];
        StoredRevision? below = null;
        foreach (var path in transfer.SourcePaths)
        {
            Demand(_source.Revisions.TryGetValue(path, out var revision) && revision.Facts.IsReadable, $"{path} of the source cannot be read");
            Demand(below is null || revision!.ParentPath == below.Path, $"{path} does not stand on {below?.Path}");
            blocks = StoredRevision.Overlay(blocks, revision!.Blocks);
            below = revision;
        }

        var oldest = _source.Revisions[transfer.SourcePaths[0]].Facts;
        Demand(oldest.ParentId == transfer.ParentId, $"{transfer.TargetPath} stands on {transfer.ParentId ?? "nothing"}; its data stands on {oldest.ParentId ?? "nothing"}");
        return blocks;
    }

    private void Merge(MergeStep merge)
    {
        var into = Listed(merge.Into);
        foreach (var disk in merge.Disks)
        {
            Demand(disk.Paths.Length > 1, "a merge of one revision");
            Demand(into.Disks.Any(listed => listed.Path == disk.Paths[^1]), $"{disk.Paths[^1]} is not a disk of {into.Name}");
            Fold(disk.Paths);
        }
    }

    private void Fold(ImmutableArray<string> paths)
    {
        var merged = Readable(paths[0]);
        foreach (var path in paths.Skip(1))
        {
            var younger = Readable(path);
            Demand(younger.ParentPath == merged.Path, $"{path} does not stand on {merged.Path}");
            Demand(!destination.IsListed(merged.Path), $"{merged.Path} is listed and is folded");
            Demand(destination.ChildrenOf(merged.Path).Count == 1, $"{merged.Path} is folded, and others stand on it");
            Demand(!destination.PendingMerges.Exists(pending => pending.Paths.Contains(path) || pending.Paths.Contains(merged.Path)), $"{path} is in a pending merge");
            Demand(younger.Facts.Form == merged.Facts.Form, $"{path} is of another form");
            BytesMerged += younger.Facts.AllocatedBytes;
            destination.Remove(merged.Path);
            merged = Joined(merged, younger);
            destination.Put(merged);
        }
    }

    /// <summary>The younger revision with the content of both, standing where the older one stood.</summary>
    private static StoredRevision Joined(StoredRevision older, StoredRevision younger)
    {
        var joined = younger.Holding(StoredRevision.Overlay(older.Blocks, younger.Blocks));
        return joined with { ParentPath = older.ParentPath, Facts = joined.Facts with { ParentId = older.Facts.ParentId } };
    }

    private void Drop(string path)
    {
        Demand(destination.Revisions.TryGetValue(path, out var revision), $"{path} is to be removed and is not there");
        Demand(!destination.IsListed(path), $"{path} is listed and is removed");
        var child = destination.ChildrenOf(path).Find(child => destination.ParentOf(child) is not null);
        Demand(child is null, $"{path} is removed, and {child?.Path} stands on it");
        Demand(!destination.PendingMerges.Exists(merge => merge.Paths.Contains(path)), $"{path} is removed, and a merge state names it");
        BytesFreed += revision!.Facts.AllocatedBytes;
        destination.Remove(path);
    }

    private void Resume(ResumeMergeStep resume)
    {
        var merge = destination.PendingMerges.Find(pending => pending.StatePath == resume.Merge.StatePath);
        Demand(merge is not null, $"{resume.Merge.StatePath} is not pending");
        Demand(merge!.IsLeftover || merge.Survivor is not null, $"{merge.StatePath} cannot be finished");
        if (!merge.IsLeftover)
        {
            var stored = merge.Paths.Where(destination.Revisions.ContainsKey).ToList();
            Demand(stored.Take(stored.Count - 1).All(path => !destination.IsListed(path)), $"{merge.StatePath} would swallow a listed point");
            var joined = stored.Select(Readable).Aggregate(Joined);
            BytesMerged += stored.Skip(1).Sum(path => destination.Revisions[path].Facts.AllocatedBytes);
            var older = destination.Revisions[stored[0]];
            stored.ForEach(destination.Remove);
            destination.Put(joined with { ParentPath = older.ParentPath, Facts = merge.Survivor! with { AllocatedBytes = joined.Facts.AllocatedBytes } });
        }

        destination.PendingMerges.Remove(merge);
    }

    private StoredRevision Readable(string path)
    {
        Demand(destination.Revisions.TryGetValue(path, out var revision) && revision.Facts.IsReadable, $"{path} cannot be read");
        return revision!;
    }

    private RestorePoint Listed(RestorePoint point) =>
        destination.Point(point.Name) ?? throw new StepImpossibleException($"{point.Name} is not listed");

    private static void Demand(bool isMet, string complaint)
    {
        if (!isMet)
        {
            throw new StepImpossibleException(complaint);
        }
    }
}
