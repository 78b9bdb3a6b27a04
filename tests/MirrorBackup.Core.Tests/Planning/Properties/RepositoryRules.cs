using System.Collections.Immutable;
using System.Globalization;
using MirrorBackup.Backups;

namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>What every writer of a repository does, the source jobs and earlier mirror runs alike.</summary>
internal static class RepositoryRules
{
    internal const string NameFormat = "yyyyMMdd'T'HHmmss'Z'";

    /// <summary>The first free name from an instant on, after a given name.</summary>
    internal static string FreeName(SimulatedRepository repository, long timestamp, string? after)
    {
        var instant = DateTimeOffset.FromUnixTimeMilliseconds(timestamp);
        if (after is not null && string.CompareOrdinal(instant.ToString(NameFormat, CultureInfo.InvariantCulture), after) <= 0)
        {
            instant = DateTimeOffset.ParseExact(after, NameFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).AddSeconds(1);
        }

        var taken = repository.Revisions.Keys.Select(FileStem).Concat(repository.Points.Select(point => point.Name))
            .Concat(repository.ReservedPaths.Select(FileStem))
            .Concat(repository.PendingMerges.SelectMany(merge => merge.Paths).Select(FileStem)).ToHashSet(StringComparer.Ordinal);
        while (taken.Contains(instant.ToString(NameFormat, CultureInfo.InvariantCulture)))
        {
            instant = instant.AddSeconds(1);
        }

        return instant.ToString(NameFormat, CultureInfo.InvariantCulture);
    }

    internal static string PathOf(string jobId, string disk, string name, StorageForm form) => form.Kind switch
    {
        StorageKind.Archive => name + ".xva",
        StorageKind.VhdFile => $"vdis/{jobId}/{disk}/{name}.vhd",
        _ => $"vdis/{jobId}/{disk}/{name}.alias.vhd",
    };

    internal static string FileStem(string path)
    {
        var file = path[(path.LastIndexOf('/') + 1)..];
        var dot = file.IndexOf('.', StringComparison.Ordinal);
        return dot < 0 ? file : file[..dot];
    }

    internal static string Folder(string path) => path.LastIndexOf('/') is >= 0 and var slash ? path[..slash] : "";

    /// <summary>Unlists all but the newest points of those that a retention counts.</summary>
    internal static void KeepLast(SimulatedRepository repository, int count, Func<RestorePoint, bool> isCounted)
    {
        var counted = repository.Points.Where(isCounted).OrderBy(point => point.Id.Timestamp).ToList();
        foreach (var point in counted.Take(Math.Max(0, counted.Count - count)).Where(point => !point.IsProtected))
        {
            repository.Points.Remove(point);
        }
    }

    /// <summary>Folds what no point lists into its only child, and drops what nothing stands on, until nothing is left to do.</summary>
    internal static void Fold(SimulatedRepository repository)
    {
        var kept = repository.Points.SelectMany(point => point.Disks).Select(disk => disk.Path)
            .Concat(repository.PendingMerges.SelectMany(merge => merge.Paths)).ToHashSet(StringComparer.Ordinal);
        var pending = repository.PendingMerges.SelectMany(merge => merge.Paths).ToHashSet(StringComparer.Ordinal);
        var surplus = new Stack<string>(repository.Revisions.Keys.Where(path => !kept.Contains(path)));
        while (surplus.TryPop(out var path))
        {
            if (!repository.Revisions.TryGetValue(path, out var revision) || !FoldOne(repository, revision, pending))
            {
                continue;
            }

            // What the dropped revision stood on may now be without a child.
            if (revision.ParentPath is { } parent && !kept.Contains(parent))
            {
                surplus.Push(parent);
            }
        }
    }

    private static bool FoldOne(SimulatedRepository repository, StoredRevision revision, HashSet<string> pending)
    {
        var children = repository.ChildrenOf(revision.Path);
        if (children.Count > 1)
        {
            return false;
        }

        if (children is [var child])
        {
            if (!revision.Facts.IsReadable || !child.Facts.IsReadable || pending.Contains(child.Path))
            {
                return false;
            }

            var merged = child.Holding(StoredRevision.Overlay(revision.Blocks, child.Blocks));
            repository.Put(merged with
            {
                ParentPath = revision.ParentPath,
                Facts = merged.Facts with { ParentId = revision.Facts.ParentId },
            });
        }

        repository.Remove(revision.Path);
        return true;
    }
}
