using MirrorBackup.Remotes;
using MirrorBackup.Repositories;

namespace MirrorBackup.Mirroring;

/// <summary>
/// The temporary files that a process of ours left which was killed while it wrote; those of Xen Orchestra are for cleaning. Whoever holds the lock of the VM knows that nobody writes them any more, and they
/// can be as large as a disk.
/// </summary>
internal static class AbandonedWrites
{
    /// <summary>Whether a file that is no part of a backup is one of them.</summary>
    public static bool IsAbandoned(StrayFile stray) => stray.Kind == StrayFileKind.Temporary && TemporaryName.IsOurs(stray.Path);

    /// <summary>Removes them. One that cannot be removed stays: it harms nobody.</summary>
    /// <param name="writer">The folder of the VM, locked.</param>
    /// <param name="found">What lies in it and is no part of a backup.</param>
    /// <param name="cancellationToken">Stops the call.</param>
    /// <exception cref="BackupLockedException">The lock was lost.</exception>
    public static async Task RemoveAsync(VmFolderWriter writer, IEnumerable<StrayFile> found, CancellationToken cancellationToken)
    {
        foreach (var stray in found)
        {
            if (!IsAbandoned(stray))
            {
                continue;
            }

            try
            {
                await writer.RemoveLeftoverAsync(stray.Path, cancellationToken).ConfigureAwait(false);
            }
            catch (MirrorBackupException error) when (error is not BackupLockedException)
            {
                // What is really wrong with the storage shows in the steps that follow.
            }
        }
    }
}
