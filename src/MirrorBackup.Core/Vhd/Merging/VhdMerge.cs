using System.Collections.Immutable;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Vhd.Merging;

/// <summary>
/// Folds VHDs into the oldest of them, which then takes the name of the newest (<c>formats/vhd.md</c> §5, <c>docs/vhd.md</c>). Killed
/// at any moment, what is left can be read, and <see cref="ResumeAsync"/> finishes it; no child goes before the ancestor has taken the newest name.
/// </summary>
internal static class VhdMerge
{
    /// <summary>Merges a run of revisions.</summary>
    /// <param name="remote">For files it must support <see cref="IRemote.OpenForUpdateAsync"/>.</param>
    /// <param name="folder">The folder of the disk, locked by the caller.</param>
    /// <param name="chain">The file names: the ancestor first, each one's delta next. Only the last may belong to a restore point.</param>
    /// <param name="options">How to work with the caller; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Stops the merge; the state file stays, so that it is resumed.</param>
    /// <returns>What it made.</returns>
    /// <exception cref="CorruptBackupException">A file does not open, or is no delta on the one before it; nothing was changed.</exception>
    /// <exception cref="RemoteConflictException">A state file for this ancestor is there: that merge has to be resumed.</exception>
    public static async ValueTask<VhdMergeResult> RunAsync(
        IRemote remote, RemotePath folder, IReadOnlyList<string> chain, VhdMergeOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(remote);
        ArgumentNullException.ThrowIfNull(chain);
        ArgumentOutOfRangeException.ThrowIfLessThan(chain.Count, 2, nameof(chain));
        var run = CreateRun(new MergeJournal(remote, folder, [.. chain], options ?? new()));
        await using (run.ConfigureAwait(false))
        {
            await run.BeginAsync(cancellationToken).ConfigureAwait(false);
            await run.MergeBlocksAsync(cancellationToken).ConfigureAwait(false);
            await run.RenameAsync(cancellationToken).ConfigureAwait(false);
            return await run.RemoveAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Finishes a merge that was interrupted, ours or Xen Orchestra's, or removes a state file that is about nothing that is here.</summary>
    /// <param name="remote">For files it must support <see cref="IRemote.OpenForUpdateAsync"/>.</param>
    /// <param name="folder">The folder of the disk, locked by the caller.</param>
    /// <param name="stateName">The name of the state file.</param>
    /// <param name="isListed">Whether a restore point lists the file of this name in this folder, be it there or not.</param>
    /// <param name="options">How to work with the caller; <see langword="null"/> for the defaults.</param>
    /// <param name="cancellationToken">Stops the merge; the state file stays, so that it is resumed.</param>
    /// <returns>What it made; without a survivor if only the state file was removed.</returns>
    /// <exception cref="CorruptBackupException">The merge cannot be finished (<see cref="ErrorCodes.CorruptMergeState"/>); nothing was changed.</exception>
    public static async ValueTask<VhdMergeResult> ResumeAsync(
        IRemote remote,
        RemotePath folder,
        string stateName,
        Func<string, bool> isListed,
        VhdMergeOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(remote);
        if (!MergeStateName.TryParse(stateName, out var ancestor))
        {
            throw new ArgumentException($"\"{stateName}\" is not the name of a merge state.", nameof(stateName));
        }

        options ??= new();
        var path = folder.Combine(stateName);
        var state = MergeState.Parse(await remote.ReadAllAsync(path, MergeStateName.MaximumLength, cancellationToken).ConfigureAwait(false), path.Value);
        var members = await MergeFolder.ReadAsync(remote, folder, cancellationToken).ConfigureAwait(false);
        switch (MergeRecovery.Assess(state, ancestor, members, isListed))
        {
            case MergeAssessment.Resumable resumable:
                return await FinishAsync(remote, folder, state, resumable, options, cancellationToken).ConfigureAwait(false);
            case MergeAssessment.Leftover:
                await new MergeJournal(remote, folder, [ancestor], options).EnsureLockHeldAsync(cancellationToken).ConfigureAwait(false);
                await remote.DeleteAsync(path, cancellationToken).ConfigureAwait(false);
                return new VhdMergeResult { Survivor = null };
            case MergeAssessment.Unfinishable unfinishable:
                throw new CorruptBackupException($"The merge of \"{path}\" cannot be finished: {unfinishable.Reason}.", ErrorCodes.CorruptMergeState)
                {
                    Path = path.Value,
                };
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static async ValueTask<VhdMergeResult> FinishAsync(
        IRemote remote, RemotePath folder, MergeState state, MergeAssessment.Resumable resumable, VhdMergeOptions options, CancellationToken cancellationToken)
    {
        var run = CreateRun(new MergeJournal(remote, folder, resumable.Chain, options));
        await using (run.ConfigureAwait(false))
        {
            if (resumable.Work == MergeWork.Blocks)
            {
                await run.ContinueAsync(state, resumable.TrustsProgress, cancellationToken).ConfigureAwait(false);
                await run.MergeBlocksAsync(cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await run.TakeUpAsync(state, resumable.Work, cancellationToken).ConfigureAwait(false);
            }

            if (resumable.Work != MergeWork.Remove)
            {
                await run.RenameAsync(cancellationToken).ConfigureAwait(false);
            }

            return await run.RemoveAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static IMergeRun CreateRun(MergeJournal journal)
    {
        var isDirectory = VhdAlias.IsAlias(journal.Chain[0]);
        if (journal.Chain.FirstOrDefault(name => VhdAlias.IsAlias(name) != isDirectory) is { } other)
        {
            throw new UnsupportedBackupException(
                $"\"{journal.Folder.Combine(other)}\" cannot be merged with \"{journal.AncestorPath}\": one is a VHD file, the other a VHD directory.") { Path = journal.AncestorPath.Value };
        }

        return isDirectory ? new DirectoryMerge(journal) : new FileMerge(journal);
    }
}
