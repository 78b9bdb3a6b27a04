using System.Diagnostics;
using MirrorBackup.Backups;

namespace MirrorBackup.Repositories;

/// <summary>What a catalogue alone tells of the health of a VM's backups.</summary>
internal static class CatalogueFindings
{
    public static IEnumerable<VerificationFinding> Of(VmCatalogue catalogue) =>
    [
        .. catalogue.Problems.Select(problem => OfProblem(catalogue, problem)),
        .. Merges(catalogue),
        .. Unlisted(catalogue, BackupMode.Full),
        .. Unlisted(catalogue, BackupMode.Incremental),
        .. catalogue.StrayFiles.Select(file => OfStray(catalogue.VmId, file)),
    ];

    private static VerificationFinding OfProblem(VmCatalogue catalogue, ChainProblem problem)
    {
        var (kind, severity) = problem.Kind switch
        {
            ChainProblemKind.UnreadableMetadata => (FindingKind.Metadata, FindingSeverity.Error),
            ChainProblemKind.UnreadableRevision => (FindingKind.Unreadable, SeverityOf(catalogue, problem.Path)),
            ChainProblemKind.MissingParent or ChainProblemKind.ParentCycle => (FindingKind.ChainLink, SeverityOf(catalogue, problem.Path)),
            ChainProblemKind.DuplicateRevision or ChainProblemKind.SeveralChildren or ChainProblemKind.DuplicatePoint
                or ChainProblemKind.ClockWentBack => (FindingKind.Ambiguous, FindingSeverity.Warning),
            ChainProblemKind.SharedDirectory => (FindingKind.Ambiguous, FindingSeverity.Error),
            ChainProblemKind.BrokenMergeState => (FindingKind.UnfinishedMerge, problem.PreventsRetiring ? FindingSeverity.Error : FindingSeverity.Warning),
            _ => throw new UnreachableException(),
        };
        return new VerificationFinding(severity, kind, catalogue.VmId, problem.Path, problem.Message);
    }

    // What no point needs may be broken without harm to any backup.
    private static FindingSeverity SeverityOf(VmCatalogue catalogue, string path)
    {
        var chain = catalogue.Chain(BackupMode.Incremental);
        return catalogue.Chain(BackupMode.Full).IsListed(path) || chain.IsListed(path) || IsNeeded(chain, path)
            ? FindingSeverity.Error
            : FindingSeverity.Warning;
    }

    private static IEnumerable<VerificationFinding> Merges(VmCatalogue catalogue) =>
        from merge in catalogue.Chain(BackupMode.Incremental).PendingMerges
        where merge.Survivor is not null
        select new VerificationFinding(
            FindingSeverity.Warning, FindingKind.UnfinishedMerge, catalogue.VmId, merge.StatePath,
            $"A merge of {merge.Paths.Length} revisions into {merge.Paths[^1]} was interrupted and can be finished.");

    private static IEnumerable<VerificationFinding> Unlisted(VmCatalogue catalogue, BackupMode mode)
    {
        var chain = catalogue.Chain(mode);
        return from revision in chain.Revisions
               where !chain.IsListed(revision.Path) && !IsNeeded(chain, revision.Path)
               select new VerificationFinding(
                   FindingSeverity.Information, FindingKind.Unlisted, catalogue.VmId, revision.Path, "No restore point lists it, and none needs it.");
    }

    private static bool IsNeeded(BackupChain chain, string path)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([path]);
        while (open.TryPop(out var next))
        {
            foreach (var child in chain.ChildrenOf(next))
            {
                if (chain.IsListed(child.Path))
                {
                    return true;
                }

                if (seen.Add(child.Path))
                {
                    open.Push(child.Path);
                }
            }
        }

        return false;
    }

    private static VerificationFinding OfStray(string vm, StrayFile file) => file.Kind switch
    {
        StrayFileKind.Foreign => new(FindingSeverity.Information, FindingKind.Foreign, vm, file.Path, "It is not part of a repository."),
        StrayFileKind.Temporary => new(FindingSeverity.Information, FindingKind.Leftover, vm, file.Path, $"A file that was being written, {file.Length} bytes."),
        StrayFileKind.Copy => new(FindingSeverity.Information, FindingKind.Leftover, vm, file.Path, $"A copy of another revision, {file.Length} bytes."),
        StrayFileKind.UnclaimedDirectory => new(FindingSeverity.Information, FindingKind.Leftover, vm, file.Path, "A VHD directory that no alias of its folder names."),
        StrayFileKind.Checksum => new(FindingSeverity.Information, FindingKind.Leftover, vm, file.Path, "The checksum of a file that is not there, or that has none."),
        _ => throw new UnreachableException(),
    };
}
