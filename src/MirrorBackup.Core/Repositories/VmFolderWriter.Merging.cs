using MirrorBackup.Backups;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Repositories;

/// <content>Merges that were interrupted.</content>
public sealed partial class VmFolderWriter
{
    /// <summary>Finishes a merge, with the metadata of the points on which it ends; or removes a state file that is about nothing that is here.</summary>
    /// <param name="statePath">The <see cref="PendingMerge.StatePath"/>.</param>
    /// <param name="points">All restore points of the mode.</param>
    /// <param name="cancellationToken">Stops the merge; the state file stays, so that it is resumed.</param>
    /// <returns>What it made.</returns>
    /// <exception cref="CorruptBackupException">It cannot be finished (<see cref="ErrorCodes.CorruptMergeState"/>); nothing was changed.</exception>
    /// <exception cref="BackupLockedException">The lock was lost.</exception>
    internal async Task<VhdMergeResult> ResumeMergeAsync(string statePath, IEnumerable<RestorePoint> points, CancellationToken cancellationToken)
    {
        var state = Folder / statePath;
        var listed = points
            .SelectMany(static point => point.Disks.Select(disk => (disk.Path, Point: point)))
            .Where(entry => (Folder / entry.Path).Parent == state.Parent)
            .ToLookup(entry => (Folder / entry.Path).Name, static entry => entry.Point, StringComparer.Ordinal);
        return await VhdMerge.ResumeAsync(
            _remote,
            state.Parent,
            state.Name,
            listed.Contains,
            new VhdMergeOptions
            {
                EnsureLockHeld = EnsureHeldAsync,
                BeforeStateRemoval = (made, stop) => RewriteMergedAsync(listed[made.Survivor ?? ""], stop),
            },
            cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask RewriteMergedAsync(IEnumerable<RestorePoint> points, CancellationToken cancellationToken)
    {
        foreach (var point in points)
        {
            try
            {
                await RewriteMergedAsync(point.Name, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (error is CorruptBackupException or IntegrityException or RemoteNotFoundException)
            {
                // Another disk of the point is damaged: what heals it writes the metadata, too.
            }
        }
    }
}
