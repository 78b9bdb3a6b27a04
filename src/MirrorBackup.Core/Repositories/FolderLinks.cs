using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Repositories;

/// <summary>
/// Checks the links of one disk folder. A chain later goes by ids alone, and readers of VHD files go by file names: only where both
/// agree is a delta readable.
/// </summary>
internal sealed class FolderLinks(string relative, IReadOnlyDictionary<string, FolderDisk> disks, FolderMerges merges, Func<string, bool> isListed)
{
    public List<ChainProblem> Problems { get; } = [];

    /// <summary>Needless copies of a revision, left out of the revisions.</summary>
    public List<StrayFile> Copies { get; } = [];

    /// <summary>The revisions; a delta whose name and id of the parent disagree is unreadable.</summary>
    public ImmutableArray<DiskRevision> Check()
    {
        var copies = FindCopies();
        var ids = disks.Values.Where(disk => !copies.Contains(disk.Revision.FileName)).Select(static disk => disk.Revision.Id).ToHashSet(StringComparer.Ordinal);
        var revisions = ImmutableArray.CreateBuilder<DiskRevision>(disks.Count);
        foreach (var (name, disk) in disks.OrderBy(static disk => disk.Key, StringComparer.Ordinal))
        {
            if (copies.Contains(name))
            {
                Copies.Add(new StrayFile($"{relative}/{name}", StrayFileKind.Copy, disk.FileLength));
                Report(ChainProblemKind.DuplicateRevision, name, $"It has the id {disk.Revision.Id} of another revision of its folder, and nothing lists or needs it.");
            }
            else if (Defect(disk, ids) is { } defect)
            {
                revisions.Add(disk.Revision with { IsReadable = false, Defect = defect });
                Report(ChainProblemKind.MissingParent, name, defect);
            }
            else
            {
                revisions.Add(disk.Revision);
                if (disk.Revision.Defect is { } unreadable)
                {
                    Report(ChainProblemKind.UnreadableRevision, name, unreadable);
                }
            }
        }

        return revisions.ToImmutable();
    }

    // What a point lists, a delta names or a merge is about is the revision; another file with its id is a copy of it.
    private HashSet<string> FindCopies()
    {
        var parents = disks.Values.Select(static disk => disk.Member?.ParentName).ToHashSet(StringComparer.Ordinal);
        var copies = new HashSet<string>(StringComparer.Ordinal);
        foreach (var same in disks.Values.Where(static disk => disk.Member is not null).GroupBy(static disk => disk.Revision.Id, StringComparer.Ordinal))
        {
            var names = same.Select(static disk => disk.Revision.FileName).ToArray();
            var needed = names.Where(name => isListed($"{relative}/{name}") || parents.Contains(name) || merges.IsMember(name)).ToArray();
            if (names.Length > 1 && needed.Length > 0)
            {
                copies.UnionWith(names.Except(needed, StringComparer.Ordinal));
            }
        }

        return copies;
    }

    private string? Defect(FolderDisk disk, HashSet<string> ids)
    {
        if (disk.Member is not { ParentId: { } parentId } member || merges.IsMember(member.Name))
        {
            return null;
        }

        if (string.IsNullOrEmpty(member.ParentName))
        {
            return $"It is a delta on {parentId} and does not name the file of its parent.";
        }

        if (!RepositoryPaths.IsSafeSegment(member.ParentName))
        {
            return "It names its parent outside its folder; a file name was expected.";
        }

        var expected = parentId.ToString("D");
        if (merges.SurvivorId(member.ParentName) is { } survivor && string.Equals(survivor, expected, StringComparison.Ordinal))
        {
            return null;
        }

        return disks.TryGetValue(member.ParentName, out var parent)
            ? OtherParent(member.ParentName, parent, expected)
            : ids.Contains(expected) ? $"Its parent {expected} is in its folder, but not under the name {member.ParentName} that it gives." : null;
    }

    private static string? OtherParent(string name, FolderDisk parent, string expected) =>
        parent.Member is null || string.Equals(parent.Revision.Id, expected, StringComparison.Ordinal)
            ? null
            : $"It is a delta on {expected}, but {name}, the parent that it names, is {parent.Revision.Id}.";

    private void Report(ChainProblemKind kind, string name, string message) => Problems.Add(new ChainProblem(kind, $"{relative}/{name}", message));
}
