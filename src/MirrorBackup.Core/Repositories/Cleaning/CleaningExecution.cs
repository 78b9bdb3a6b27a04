using System.Diagnostics;
using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Repositories.Cleaning;

/// <summary>Does what was decided about findings, one at a time.</summary>
internal sealed class CleaningExecution(IRemote remote, VmFolderWriter writer, Quarantine? quarantine)
{
    /// <summary>Whether the cache has to be written from what is there.</summary>
    public bool NeedsCache { get; private set; }

    /// <summary>Deals with a finding.</summary>
    /// <param name="finding">It; with a remedy.</param>
    /// <param name="snapshot">What the decision rests on.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <returns>The finding, with what was done; a failure is told there.</returns>
    public async ValueTask<CleaningFinding> RunAsync(CleaningFinding finding, VmSnapshot snapshot, CancellationToken cancellationToken)
    {
        try
        {
            return finding with { Action = await DoAsync(finding, snapshot, cancellationToken).ConfigureAwait(false) };
        }
        catch (Exception failure) when (failure is MirrorBackupException or NotSupportedException)
        {
            return finding with { Action = CleaningAction.Failed, Reason = $"{finding.Reason} Failed: {failure.Message}" };
        }
    }

    private async ValueTask<CleaningAction> DoAsync(CleaningFinding finding, VmSnapshot snapshot, CancellationToken cancellationToken)
    {
        switch (finding.Kind)
        {
            case CleaningKind.UnfinishedMerge:
                NeedsCache = true;
                await writer.ResumeMergeAsync(finding.Path, snapshot.Catalogue.Chain(BackupMode.Incremental).Points, cancellationToken).ConfigureAwait(false);
                return CleaningAction.Repaired;
            case CleaningKind.BrokenAlias:
                await writer.EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
                await VhdAlias.WriteAsync(
                    remote, writer.Folder / finding.Path, writer.Folder / snapshot.LostDirectories[finding.Path], default, cancellationToken).ConfigureAwait(false);
                return CleaningAction.Repaired;
            case CleaningKind.StaleCache:
                NeedsCache = true;
                await writer.RemoveCacheAsync(cancellationToken).ConfigureAwait(false);
                return CleaningAction.Repaired;
            case CleaningKind.WrongMetadata:
                NeedsCache = true;
                await writer.RewriteMergedAsync(finding.Path[..^RepositoryPaths.MetadataEnding.Length], cancellationToken).ConfigureAwait(false);
                return CleaningAction.Repaired;
            case CleaningKind.StaleTransfer:
                // Always deleted: what is left of a transfer can only be made anew.
                await writer.EnsureHeldAsync(cancellationToken).ConfigureAwait(false);
                await remote.DeleteAsync(RemotePath.Parse(finding.Path[1..]), cancellationToken).ConfigureAwait(false);
                return CleaningAction.Deleted;
            default:
                await RemoveAsync(finding, cancellationToken).ConfigureAwait(false);
                return quarantine is null ? CleaningAction.Deleted : CleaningAction.Quarantined;
        }
    }

    private async ValueTask RemoveAsync(CleaningFinding finding, CancellationToken cancellationToken)
    {
        if (quarantine is not null)
        {
            quarantine.Reason = $"{finding.Kind}: {finding.Reason}";
        }

        switch (finding.Kind)
        {
            case CleaningKind.OrphanDisk or CleaningKind.DuplicateDisk or CleaningKind.ArchiveWithoutMetadata:
                await writer.DropAsync(finding.Path, cancellationToken).ConfigureAwait(false);
                break;
            case CleaningKind.TemporaryFile or CleaningKind.OrphanChecksum or CleaningKind.StaleMergeState or CleaningKind.UnclaimedDirectory:
                await writer.RemoveLeftoverAsync(finding.Path, cancellationToken).ConfigureAwait(false);
                break;
            default:
                throw new UnreachableException($"There is no way to remove {finding}.");
        }
    }
}
