using MirrorBackup.Backups;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Repositories;

/// <summary>Reads all that a revision holds itself, and says what of it cannot be read. Memory is constant.</summary>
internal static class RevisionContent
{
    // A table of a few bytes can claim millions of blocks that are not there.
    private const int MaximumDamagedBlocks = 10_000;

    /// <summary>Reads a revision as a catalogue shows it.</summary>
    /// <param name="remote">Where it lies.</param>
    /// <param name="folder">The folder of its VM.</param>
    /// <param name="revision">The revision.</param>
    /// <param name="read">Is told how many bytes were read, often.</param>
    /// <param name="cancellationToken">Stops the reading.</param>
    /// <returns>What is damaged; <see langword="null"/> if nothing is.</returns>
    /// <exception cref="MirrorBackupException">The remote failed, which says nothing about the revision.</exception>
    public static async ValueTask<string?> FindDefectAsync(
        IRemote remote, RemotePath folder, DiskRevision revision, Action<int> read, CancellationToken cancellationToken)
    {
        var path = folder / revision.Path;
        try
        {
            if (revision.Form.Kind == StorageKind.Archive)
            {
                var archive = await XvaArchive.OpenAsync(remote, path, cancellationToken: cancellationToken).ConfigureAwait(false);
                await using (archive.ConfigureAwait(false))
                {
                    await ReadArchiveAsync(archive, read, cancellationToken).ConfigureAwait(false);
                }

                return null;
            }

            var vhd = await UnfinishedMerges.OpenAsync(remote, path, revision, cancellationToken).ConfigureAwait(false);
            await using (vhd.ConfigureAwait(false))
            {
                return await ReadBlocksAsync(vhd, read, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (MirrorBackupException damaged) when (damaged is CorruptBackupException or IntegrityException)
        {
            return damaged.Message;
        }
    }

    /// <summary>Reads every block. A damaged one says nothing about the others, so that all are read and counted, up to ten thousand damaged ones.</summary>
    /// <returns>What is damaged; <see langword="null"/> if nothing is.</returns>
    public static async ValueTask<string?> ReadBlocksAsync(IVhdDisk vhd, Action<int> read, CancellationToken cancellationToken)
    {
        var bitmap = new byte[vhd.BlockSize / 512 / 8];
        var data = new byte[vhd.BlockSize];
        MirrorBackupException? first = null;
        var damaged = 0;
        foreach (var block in vhd.AllocatedBlocks)
        {
            try
            {
                await vhd.ReadBlockAsync(block, bitmap, data, cancellationToken).ConfigureAwait(false);
                read(data.Length);
            }
            catch (MirrorBackupException unreadable) when (unreadable is CorruptBackupException or IntegrityException)
            {
                first ??= unreadable;
                if (++damaged == MaximumDamagedBlocks)
                {
                    return $"{first.Message} It is the first of at least {damaged} blocks that cannot be read; the others were not tried.";
                }
            }
        }

        return damaged > 1 ? $"{first!.Message} It is the first of {damaged} blocks that cannot be read." : first?.Message;
    }

    /// <summary>Reads an archive and compares it with its checksum, as far as it has one.</summary>
    /// <exception cref="CorruptBackupException">It is damaged.</exception>
    /// <exception cref="IntegrityException">It is not what its checksum says.</exception>
    public static async ValueTask ReadArchiveAsync(XvaArchive archive, Action<int> read, CancellationToken cancellationToken)
    {
        using var verifier = archive.CreateVerifier(makesChecksum: false);
        await archive.ReadAllAsync(
            bytes =>
            {
                verifier.Append(bytes);
                read(bytes.Length);
            },
            cancellationToken).ConfigureAwait(false);
        verifier.CompleteCore();
    }
}
