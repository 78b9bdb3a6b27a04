using System.Collections.Immutable;
using MirrorBackup.Remotes;

namespace MirrorBackup.Repositories.Cleaning;

/// <summary>Lock directories of VMs that nobody has refreshed for long: who held them is gone.</summary>
internal sealed class LeftoverLocks(IRemote remote, CleaningOptions options, TimeProvider time)
{
    private const string Ending = ".lock";

    public async ValueTask<ImmutableArray<CleaningFinding>> FindAsync(Func<string, bool> isWanted, CancellationToken cancellationToken)
    {
        var found = ImmutableArray.CreateBuilder<CleaningFinding>();
        try
        {
            await foreach (var entry in remote.ListAsync(RepositoryPaths.VmsFolder, cancellationToken).ConfigureAwait(false))
            {
                if (entry.IsDirectory && entry.Name.Length > Ending.Length && entry.Name.EndsWith(Ending, StringComparison.Ordinal)
                    && !entry.Name.StartsWith('.') && isWanted(entry.Name[..^Ending.Length]) && IsOld(entry))
                {
                    found.Add(new CleaningFinding(
                        CleaningKind.LeftoverLock, entry.Name[..^Ending.Length], $"/{entry.Path}", $"Nobody has refreshed the lock since {entry.LastModified:u}.")
                    {
                        Remedy = CleaningRemedy.Remove,
                    });
                }
            }
        }
        catch (RemoteNotFoundException)
        {
            return [];
        }

        found.Sort(static (left, right) => string.CompareOrdinal(left.Path, right.Path));
        return found.ToImmutable();
    }

    /// <summary>The lock of a VM that was worked on was taken over and released; one without a VM goes if it is still as it was, and empty.</summary>
    public async ValueTask<CleaningFinding> RemoveAsync(CleaningFinding finding, ImmutableArray<string> vms, CancellationToken cancellationToken)
    {
        var path = RemotePath.Parse(finding.Path[1..]);
        try
        {
            if (await remote.StatAsync(path, cancellationToken).ConfigureAwait(false) is not { } entry)
            {
                return finding with { Action = CleaningAction.Deleted };
            }

            var tree = await RemoteTree.ReadAsync(remote, path, cancellationToken).ConfigureAwait(false);
            if (vms.Contains(finding.Vm) || !tree.Entries.IsEmpty || !IsOld(entry))
            {
                return finding with { Action = CleaningAction.Skipped, Reason = $"{finding.Reason} Kept: it is not empty, or somebody has taken it." };
            }

            await remote.DeleteTreeAsync(path, cancellationToken).ConfigureAwait(false);
            return finding with { Action = CleaningAction.Deleted };
        }
        catch (MirrorBackupException failure)
        {
            return finding with { Action = CleaningAction.Failed, Reason = $"{finding.Reason} Failed: {failure.Message}" };
        }
    }

    private bool IsOld(RemoteEntry entry) => time.GetUtcNow() - entry.LastModified > options.MinimumAge;
}
