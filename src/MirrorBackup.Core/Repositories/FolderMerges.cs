using System.Collections.Immutable;
using MirrorBackup.Backups;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Repositories;

/// <summary>The merges of one disk folder that have begun and not ended.</summary>
internal sealed class FolderMerges(string relative, Dictionary<string, FolderDisk> disks, Func<string, bool> isListed)
{
    private readonly List<MergeAssessment.Resumable> _complete = [];
    private readonly Dictionary<string, string> _survivorIds = new(StringComparer.Ordinal);
    private readonly HashSet<string> _members = new(StringComparer.Ordinal);

    public List<PendingMerge> Pending { get; } = [];

    public List<ChainProblem> Problems { get; } = [];

    /// <summary>Whether a file belongs to a merge that can be finished; its links are then those of the middle of a merge.</summary>
    public bool IsMember(string name) => _members.Contains(name);

    /// <summary>The id that the revision of this name has once its merge is finished, or null.</summary>
    public string? SurvivorId(string name) => _survivorIds.GetValueOrDefault(name);

    /// <summary>Assesses a state file.</summary>
    /// <returns>Whether the merge can be finished.</returns>
    /// <exception cref="CorruptBackupException">The state cannot be followed.</exception>
    public bool Assess(string ancestor, string stateName, byte[] content)
    {
        var statePath = $"{relative}/{stateName}";
        var state = MergeState.Parse(content, statePath);
        var members = disks.Values.Where(static disk => disk.Member is not null).ToDictionary(static disk => disk.Member!.Name, static disk => disk.Member!, StringComparer.Ordinal);
        var names = state.Chain.IsEmpty ? [ancestor] : state.Chain;
        switch (MergeRecovery.Assess(state, ancestor, members, isListed))
        {
            case MergeAssessment.Resumable resumable:
                Add(statePath, resumable.Chain, Survivor(resumable), isLeftover: false);
                _survivorIds[resumable.Chain[^1]] = resumable.SurvivorId.ToString("D");
                _members.UnionWith(resumable.Chain);
                if (resumable.Work != MergeWork.Blocks)
                {
                    _complete.Add(resumable);
                }

                return true;
            case MergeAssessment.Leftover leftover:
                Add(statePath, names, null, isLeftover: true);
                Report(statePath, $"The state file of a merge is left over: {leftover.Reason}.", preventsRetiring: false);
                return false;
            case MergeAssessment.Unfinishable unfinishable:
                Refuse(ancestor, stateName, $"The merge cannot be finished: {unfinishable.Reason}.", names);
                return false;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    /// <summary>Keeps a merge that nothing can be made of, so that nothing it may concern is touched.</summary>
    public void Refuse(string ancestor, string stateName, string reason, ImmutableArray<string>? names = null)
    {
        Add($"{relative}/{stateName}", names ?? [ancestor], null, isLeftover: false);
        Report($"{relative}/{stateName}", reason, preventsRetiring: true);
    }

    /// <summary>
    /// Shows what merges have completed as it is read: the newest revision is what the ancestor is, wherever its own name leads, and the others are gone but for
    /// their files.
    /// </summary>
    public void ShowComplete()
    {
        foreach (var merge in _complete)
        {
            var holder = disks[merge.Work == MergeWork.Rename ? merge.Chain[0] : merge.Chain[^1]];
            foreach (var name in merge.Chain)
            {
                disks.Remove(name);
            }

            disks[merge.Chain[^1]] = holder with
            {
                Revision = Survivor(merge, holder.Revision),
                Member = holder.Member! with { Name = merge.Chain[^1] },
            };
        }
    }

    private DiskRevision Survivor(MergeAssessment.Resumable merge, DiskRevision holder) => holder with
    {
        Path = $"{relative}/{merge.Chain[^1]}",
        Id = merge.SurvivorId.ToString("D"),
        ParentId = merge.SurvivorParentId?.ToString("D"),
        ParentPath = merge.SurvivorParentName is null ? null : $"{relative}/{merge.SurvivorParentName}",
    };

    private DiskRevision Survivor(MergeAssessment.Resumable merge)
    {
        var present = merge.Chain.Where(disks.ContainsKey).Select(name => disks[name].Revision).ToArray();
        var size = present[^1].VirtualSize;
        return Survivor(merge, present[0]) with
        {
            VirtualSize = size,
            AllocatedBytes = Math.Max(present.Max(static revision => revision.AllocatedBytes), Math.Min(size, present.Sum(static revision => revision.AllocatedBytes))),
        };
    }

    private void Add(string statePath, ImmutableArray<string> names, DiskRevision? survivor, bool isLeftover) => Pending.Add(new PendingMerge
    {
        StatePath = statePath,
        Paths = [.. names.Select(name => $"{relative}/{name}")],
        Survivor = survivor,
        IsLeftover = isLeftover,
    });

    private void Report(string path, string message, bool preventsRetiring) =>
        Problems.Add(new ChainProblem(ChainProblemKind.BrokenMergeState, path, message) { PreventsRetiring = preventsRetiring });
}
