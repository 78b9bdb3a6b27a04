using MirrorBackup.Backups;

namespace MirrorBackup.Planning;

/// <summary>The letters of the points that the steps of one plan speak of. The case says what is stored just before a step, or by it.</summary>
internal sealed class StepLetters
{
    private readonly DestinationPlan _plan;
    private readonly Dictionary<string, bool> _isDelta = new(StringComparer.Ordinal);

    internal StepLetters(DestinationPlan plan)
    {
        _plan = plan;
        foreach (var step in plan.Steps)
        {
            switch (step)
            {
                case ResumeMergeStep { Merge.Survivor: { } survivor }:
                    _isDelta[survivor.Path] = survivor.IsDelta;
                    break;
                case TransferStep transfer:
                    Take(transfer.Disks);
                    break;
                case ReplaceStep replace:
                    Take(replace.Disks);
                    break;
            }
        }
    }

    /// <summary>The points that a step is about.</summary>
    internal IReadOnlyList<string> Backups(MirrorStep step) => step switch
    {
        TransferStep transfer => [Stored(transfer.Written)],
        ReplaceStep replace => [Stored(replace.Written)],
        UnlistStep unlist => [Stored(unlist.Point)],
        SkipStep skip => [ChainNotation.Format(_plan.Source, skip.Point, _plan.Names).TrimEnd('!')],
        DeleteStep { Point: { } point } => [Stored(point)],
        DeleteStep delete => Files(delete.Paths),
        MergeStep merge => Files(merge.Disks.SelectMany(disk => disk.Paths.Take(disk.Paths.Length - 1))),
        ResumeMergeStep resume => Files(resume.Merge.Paths.Take(resume.Merge.Paths.Length - 1)),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>The point that a step folds others into.</summary>
    internal string? Into(MirrorStep step) => step switch
    {
        MergeStep merge => Stored(merge.Into),
        ResumeMergeStep { Merge.Paths: [.., var newest] } => Files([newest])[0],
        _ => null,
    };

    /// <summary>The disks that a step is about, where the point has several; otherwise none.</summary>
    internal static IReadOnlyList<string> Disks(MirrorStep step) => step switch
    {
        TransferStep { Written.Disks.Length: > 1 } transfer => [.. transfer.Disks.Select(disk => disk.Disk)],
        ReplaceStep { Written.Disks.Length: > 1 } replace => [.. replace.Disks.Select(disk => disk.Disk)],
        MergeStep { Into.Disks.Length: > 1 } merge => [.. merge.Disks.Select(disk => disk.Disk)],
        DeleteStep { Point: { Disks.Length: > 1 } point } delete =>
            [.. point.Disks.Where(disk => delete.Paths.Contains(disk.Path)).Select(disk => disk.Disk)],
        _ => [],
    };

    /// <summary>The ways of what a step sends, in the order of its disks; once, where all have the same.</summary>
    internal static IReadOnlyList<TransferWay> Ways(MirrorStep step)
    {
        var disks = step switch
        {
            TransferStep transfer => transfer.Disks,
            ReplaceStep replace => replace.Disks,
            _ => [],
        };
        var ways = disks.Select(disk => disk.Way).ToList();
        return ways.Distinct().Count() == 1 ? [ways[0]] : ways;
    }

    private void Take(IEnumerable<DiskTransfer> disks)
    {
        foreach (var disk in disks)
        {
            _isDelta[disk.TargetPath] = !disk.IsKey;
        }
    }

    private string Stored(RestorePoint point)
    {
        var hasKey = false;
        var hasDelta = false;
        foreach (var disk in point.Disks)
        {
            var isDelta = IsDelta(disk.Path);
            hasDelta |= isDelta;
            hasKey |= !isDelta;
        }

        return ChainNotation.Cased(_plan.Names[point.Id], hasKey, hasDelta);
    }

    private List<string> Files(IEnumerable<string> paths) =>
        [.. paths
            .GroupBy(path => path[(path.LastIndexOf('/') + 1)..], StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => ChainNotation.Cased(
                _plan.Names.OfFile(group.Key), group.Any(path => !IsDelta(path)), group.Any(IsDelta)))];

    private bool IsDelta(string path) =>
        _isDelta.TryGetValue(path, out var isDelta) ? isDelta : _plan.Before.Revision(path) is { IsDelta: true };
}
