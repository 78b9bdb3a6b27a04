using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>What goes wrong in repositories.</summary>
internal static class HistoryDamage
{
    /// <summary>A point, a file, or the readability of a file is lost.</summary>
    internal static void Lose(SimulatedRepository repository, HistoryOp op)
    {
        if (op.Variant % 4 == 0)
        {
            if (Pick(repository.Points, op.Choice) is { } point)
            {
                repository.Points.Remove(point);
            }

            return;
        }

        if (Pick([.. repository.Revisions.Values], op.Choice) is not { } revision)
        {
            return;
        }

        // A merge whose files are damaged cannot be finished any more.
        for (var i = 0; i < repository.PendingMerges.Count; i++)
        {
            if (repository.PendingMerges[i].Paths.Contains(revision.Path))
            {
                repository.PendingMerges[i] = repository.PendingMerges[i] with { Survivor = null };
            }
        }

        if (op.Variant % 4 == 1)
        {
            repository.Remove(revision.Path);
            return;
        }

        // A header that does not open tells nothing of its parent, and is no link any more; damage to the data keeps it.
        var facts = revision.Facts with { IsReadable = false, Defect = "truncated" };
        repository.Put(op.Variant < 12 ? revision with { Facts = facts } : new StoredRevision(facts with { ParentId = null }, revision.Blocks, null));
    }

    /// <summary>What a crash leaves: points unlisted and not folded, half merges, files that nothing lists.</summary>
    internal static void LeaveBehind(SimulatedRepository repository, HistoryOp op)
    {
        switch (op.Variant % 6)
        {
            case 0:
                if (repository.Points.Count > 1)
                {
                    repository.Points.RemoveAt(0);
                }

                break;
            case 1:
                LeaveCopy(repository, op, isChild: false);
                break;
            case 2:
                LeaveCopy(repository, op, isChild: true);
                break;
            default:
                LeaveMerge(repository, op);
                break;
        }
    }

    internal static void Disturb(SimulatedRepository repository, HistoryOp op)
    {
        switch (op.Variant % 5)
        {
            case 0 or 1:
                if (Pick(repository.Points, op.Choice) is { } point)
                {
                    repository.Points[repository.Points.IndexOf(point)] = point with { IsProtected = true };
                }

                break;
            case 2:
                repository.ReservedPaths.Add(DateTimeOffset.FromUnixTimeMilliseconds(1767574800000 + (op.Choice * 86_400_000L))
                    .ToString(RepositoryRules.NameFormat, System.Globalization.CultureInfo.InvariantCulture) + ".json");
                break;
            case 3:
                repository.Problems.Add(new ChainProblem(ChainProblemKind.UnreadableMetadata, "20200101T000000Z.json", "It is not JSON.") { PreventsRetiring = true });
                break;
            default:
                repository.Problems.Add(new ChainProblem(ChainProblemKind.UnreadableMetadata, "notes.json", "It is not a backup."));
                break;
        }
    }

    /// <summary>The disk of a transfer that did not come to its metadata: a file beside others, or a second child of a parent.</summary>
    private static void LeaveCopy(SimulatedRepository repository, HistoryOp op, bool isChild)
    {
        if (repository.Mode == BackupMode.Full || Pick([.. repository.Revisions.Values], op.Choice) is not { Facts.IsReadable: true } beside)
        {
            return;
        }

        var name = RepositoryRules.FreeName(repository, 1767574800000, RepositoryRules.FileStem(beside.Path));
        var path = RepositoryRules.Folder(beside.Path) + "/" + RepositoryRules.PathOf("", "", name, beside.Facts.Form).Split('/')[^1];
        ImmutableArray<int> blocks = [9001, 0, 0, 0];
        var facts = beside.Facts with { Id = "leftover." + name, Path = path, ParentId = isChild ? beside.Facts.Id : null };
        var isReadable = op.Variant < 8;
        repository.Put(new StoredRevision(facts with { IsReadable = isReadable }, blocks, isChild ? beside.Path : null).Holding(blocks));
    }

    /// <summary>A merge of a revision into its only child: begun, or done up to its last renaming, or with a state that cannot be followed.</summary>
    private static void LeaveMerge(SimulatedRepository repository, HistoryOp op)
    {
        var pairs = repository.Revisions.Values
            .Where(child => repository.View(child.Path) is not null && repository.ParentOf(child) is { } parent
                && repository.ChildrenOf(parent.Path).Count == 1
                && !repository.PendingMerges.Exists(merge => merge.Paths.Contains(child.Path) || merge.Paths.Contains(parent.Path)))
            .ToList();
        if (Pick(pairs, op.Choice) is not { } younger)
        {
            return;
        }

        var older = repository.ParentOf(younger)!;
        var state = $"{RepositoryRules.Folder(older.Path)}/.{older.Facts.FileName}.merge.json";
        if (repository.PendingMerges.Exists(merge => merge.StatePath == state))
        {
            return;
        }

        var survivor = younger.Facts with
        {
            ParentId = older.Facts.ParentId,
            ParentPath = older.ParentPath,
            AllocatedBytes = StoredRevision.BytesOf(StoredRevision.Overlay(older.Blocks, younger.Blocks)),
        };
        var isActive = op.Choice % 8 == 7;
        if (!isActive)
        {
            repository.Points.RemoveAll(point => point.Disks.Any(disk => disk.Path == older.Path));
        }

        var merge = new PendingMerge { StatePath = state, Paths = [older.Path, younger.Path], Survivor = survivor };
        switch (op.Variant % 6)
        {
            case 4 when !isActive:
                Finish(repository, older, younger);
                break;
            case 5:
                merge = op.Variant < 12
                    ? new PendingMerge { StatePath = state, Paths = ["gone.vhd", "lost.vhd"], IsLeftover = true }
                    : merge with { Survivor = null };
                break;
            default:
                break;
        }

        repository.PendingMerges.Add(merge);
    }

    /// <summary>Everything is in the ancestor and the child is gone; only the renaming is missing.</summary>
    private static void Finish(SimulatedRepository repository, StoredRevision older, StoredRevision younger)
    {
        var blocks = StoredRevision.Overlay(older.Blocks, younger.Blocks);
        repository.Remove(younger.Path);
        repository.Put(older.Holding(blocks));
    }

    private static T? Pick<T>(List<T> items, int choice)
        where T : class => items.Count == 0 ? null : items[choice % items.Count];
}
