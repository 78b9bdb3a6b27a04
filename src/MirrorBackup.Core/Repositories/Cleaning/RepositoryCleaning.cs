using System.Collections.Immutable;
using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories.Cleaning;

/// <summary>The cleaning of a repository, VM by VM.</summary>
internal sealed class RepositoryCleaning(BackupRepository repository, CleaningOptions options, BackupRepositoryOptions repositoryOptions)
{
    private readonly DateTimeOffset _began = repositoryOptions.TimeProvider.GetUtcNow();

    public async Task<CleaningReport> RunAsync(IProgress<string>? progress, CancellationToken cancellationToken)
    {
        var vms = (await repository.ListVmsAsync(cancellationToken).ConfigureAwait(false)).Where(IsWanted).ToImmutableArray();
        var locks = new LeftoverLocks(repository.Remote, options, repositoryOptions.TimeProvider);
        var left = await locks.FindAsync(IsWanted, cancellationToken).ConfigureAwait(false);
        var findings = ImmutableArray.CreateBuilder<CleaningFinding>();
        var usedQuarantine = false;
        foreach (var vm in vms)
        {
            progress?.Report(vm);
            var cleaning = new VmCleaning(repository, vm, options, repositoryOptions.TimeProvider, _began);
            await cleaning.RunAsync(cancellationToken).ConfigureAwait(false);
            repositoryOptions.Logger.Cleaned(repository.Remote.Name, vm, cleaning.Findings.Count, cleaning.Findings.Count(static finding => !finding.IsSettled));
            findings.AddRange(cleaning.Findings);
            usedQuarantine |= cleaning.UsedQuarantine;
        }

        foreach (var finding in left)
        {
            findings.Add(options.Repair ? await locks.RemoveAsync(finding, vms, cancellationToken).ConfigureAwait(false) : finding);
        }

        return new CleaningReport
        {
            Findings = [.. findings.OrderBy(static finding => finding.Vm, StringComparer.Ordinal)],
            VmCount = vms.Length,
            Quarantine = usedQuarantine ? Quarantine.FolderOf(_began).Value : null,
        };
    }

    private bool IsWanted(string vm) => options.VmIds is null || options.VmIds.Contains(vm);
}
