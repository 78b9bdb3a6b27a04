using System.Collections.Immutable;
using MirrorBackup.Backups;

namespace MirrorBackup.Repositories.Cleaning;

/// <summary>
/// Decides what is found in the folder of a VM and what may be done about it. Removed is only what certainly nothing needs; where anything leaves doubt the finding
/// says so and nothing is done. Pure: a snapshot in, findings out, the same for the same.
/// </summary>
internal sealed partial class CleaningDecision
{
    private readonly VmSnapshot _snapshot;
    private readonly CleaningRules _rules;
    private readonly VmNeeds _needs;
    private readonly VmCatalogue _catalogue;

    private CleaningDecision(VmSnapshot snapshot, CleaningRules rules)
    {
        _snapshot = snapshot;
        _rules = rules;
        _catalogue = snapshot.Catalogue;
        _needs = new VmNeeds(snapshot.Catalogue);
    }

    /// <summary>Decides.</summary>
    /// <returns>The findings, by path and then by kind.</returns>
    public static ImmutableArray<CleaningFinding> Decide(VmSnapshot snapshot, CleaningRules rules)
    {
        var decision = new CleaningDecision(snapshot, rules);
        return
        [
            .. decision.Problems()
                .Concat(decision.Points())
                .Concat(decision.Merges())
                .Concat(decision.LostAliases())
                .Concat(decision.Unlisted())
                .Concat(decision.Strays())
                .Concat(decision.Transfers())
                .Concat(decision.Cache())
                .OrderBy(static finding => finding.Path, StringComparer.Ordinal)
                .ThenBy(static finding => finding.Kind),
        ];
    }

    private IEnumerable<CleaningFinding> Problems()
    {
        foreach (var problem in _catalogue.Problems)
        {
            var kind = problem.Kind switch
            {
                ChainProblemKind.UnreadableMetadata => CleaningKind.UnreadableMetadata,
                ChainProblemKind.UnreadableRevision or ChainProblemKind.MissingParent or ChainProblemKind.ParentCycle
                    when _needs.IsNeeded(problem.Path) && !_snapshot.LostDirectories.ContainsKey(problem.Path) => CleaningKind.BrokenDisk,
                ChainProblemKind.DuplicateRevision when _needs.IsNeeded(problem.Path) => CleaningKind.DuplicateDisk,
                ChainProblemKind.SharedDirectory => CleaningKind.SharedDirectory,
                ChainProblemKind.BrokenMergeState when problem.PreventsRetiring => CleaningKind.BrokenMergeState,
                _ => (CleaningKind?)null,
            };
            if (kind is { } found)
            {
                yield return Report(found, problem.Path, problem.Message);
            }
        }
    }

    private IEnumerable<CleaningFinding> Points()
    {
        foreach (var (point, metadata) in _catalogue.Points)
        {
            var chain = _catalogue.Chain(point.Id.Mode);
            var path = RepositoryPaths.Metadata(point.Name);
            if (!chain.IsRestorable(point))
            {
                var broken = point.Disks.Where(disk => !chain.IsViewable(disk.Path)).Select(static disk => disk.Path);
                yield return Report(CleaningKind.IncompleteBackup, path, $"It cannot be restored: {string.Join(", ", broken)} cannot be read. Send it again from a repository that has it.");
            }
            else if (!point.Disks.Any(disk => _needs.IsMerging(disk.Path)) && DescriptionCheck.Find(chain, point, metadata, BytesOf) is { } wrong)
            {
                yield return point.IsProtected
                    ? Keep(Report(CleaningKind.WrongMetadata, path, wrong), "it is protected by immutability.json")
                    : Report(CleaningKind.WrongMetadata, path, wrong) with { Remedy = CleaningRemedy.Repair };
            }
        }
    }

    private IEnumerable<CleaningFinding> Merges()
    {
        foreach (var merge in _catalogue.Chain(BackupMode.Incremental).PendingMerges)
        {
            if (merge.Survivor is not null)
            {
                var finding = Report(
                    CleaningKind.UnfinishedMerge, merge.StatePath, $"The merge of {merge.Paths.Length} disks into {merge.Paths[^1]} was interrupted and can be finished.");
                var doubt = _needs.VmDoubt ?? (_rules.IsExclusive ? null : Youth(merge.StatePath));
                yield return doubt is null ? finding with { Remedy = CleaningRemedy.Repair } : Keep(finding, doubt);
            }
            else if (merge.IsLeftover)
            {
                yield return Remove(
                    Report(CleaningKind.StaleMergeState, merge.StatePath, "The state of a merge that is about nothing that is here."),
                    _needs.VmDoubt ?? Youth(merge.StatePath));
            }
        }
    }

    private IEnumerable<CleaningFinding> LostAliases()
    {
        foreach (var (alias, directory) in _snapshot.LostDirectories)
        {
            var finding = Report(CleaningKind.BrokenAlias, alias, $"It is missing or leads nowhere; the disk that it is for is whole in {directory}.");
            var merging = _catalogue.Chain(BackupMode.Incremental).PendingMerges.Any(merge => VmNeeds.DirectoryOf(merge.StatePath) == VmNeeds.DirectoryOf(alias));
            yield return merging
                ? Keep(finding, "a merge in its folder has not ended")
                : finding with { Remedy = CleaningRemedy.Repair };
        }
    }

    private IEnumerable<CleaningFinding> Cache() => _snapshot.CacheDefect is { } defect
        ? [Report(CleaningKind.StaleCache, RepositoryPaths.CacheName, defect) with { Remedy = CleaningRemedy.Repair }]
        : [];

    private CleaningFinding Report(CleaningKind kind, string path, string reason) => new(kind, _catalogue.VmId, path, reason) { Bytes = BytesOf(path) };

    private static CleaningFinding Remove(CleaningFinding finding, string? doubt) =>
        doubt is null ? finding with { Remedy = CleaningRemedy.Remove } : Keep(finding, doubt);

    private static CleaningFinding Keep(CleaningFinding finding, string doubt) =>
        finding with { Reason = $"{finding.Reason} Kept: {doubt}.", Action = CleaningAction.Skipped };

    private long BytesOf(string path) => _snapshot.Items.GetValueOrDefault(path).Bytes;

    // What the storage does not tell the age of was not there a moment ago.
    private string? Youth(string path) =>
        !_snapshot.Items.TryGetValue(path, out var item) ? "it appeared just now"
        : _snapshot.Now - item.LastModified < _rules.MinimumAge ? $"it changed less than {Hours(_rules.MinimumAge)} ago"
        : null;

    private static string Hours(TimeSpan age) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{age.TotalHours:0.##} h");
}
