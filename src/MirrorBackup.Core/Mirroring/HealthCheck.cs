using MirrorBackup.Backups;
using MirrorBackup.Disks;
using MirrorBackup.Planning;
using MirrorBackup.Repositories;
using MirrorBackup.Transfer;
using MirrorBackup.Vhd;

namespace MirrorBackup.Mirroring;

/// <summary>Reads a restore point that was just transferred back from its destination, whole, and compares it with what was sent.</summary>
internal sealed class HealthCheck(RunContext context)
{
    public async Task RunAsync(RoundPart part, CancellationToken cancellationToken)
    {
        var started = context.Time.GetTimestamp();
        ReportedError? reported = null;
        try
        {
            foreach (var transfer in part.Disks)
            {
                await CheckAsync(part, transfer, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            reported = ReportedError.From(error);
            if (error is IntegrityException or CorruptBackupException)
            {
                // Left there, it would count as present, and the next run would not send it again.
                await part.WithdrawAsync().ConfigureAwait(false);
            }

            part.Destination.Fail(error);
        }

        part.Destination.HealthCheck = new HealthCheckReport(
            part.Written.Name,
            reported is null ? MirrorOutcome.Succeeded : MirrorOutcome.Failed,
            context.Time.GetElapsedTime(started),
            reported);
    }

    private static Task CheckAsync(RoundPart part, DiskTransfer transfer, CancellationToken cancellationToken) =>
        transfer.Disk == DiskRevision.ArchiveDisk
            ? CheckArchiveAsync(part, transfer, cancellationToken)
            : CheckDiskAsync(part, transfer, cancellationToken);

    private static async Task CheckDiskAsync(RoundPart part, DiskTransfer transfer, CancellationToken cancellationToken)
    {
        var remote = part.Destination.Repository.Remote;
        var path = part.Destination.Folder / transfer.TargetPath;
        var chain = await VhdChain.OpenAsync(remote, path, null, cancellationToken).ConfigureAwait(false);
        await chain.DisposeAsync().ConfigureAwait(false);

        IVirtualDisk disk = await VhdDisk.OpenAsync(remote, path, null, cancellationToken).ConfigureAwait(false);
        await using (disk.ConfigureAwait(false))
        {
            // The like with the like: what was sent without being decoded is compared as it is stored.
            var sent = part.Digests[transfer.Disk];
            var options = new CopyOptions
            {
                Digest = sent.Digest.Algorithm,
                StoredBlocks = sent.Travelled is { } travelled ? StoredBlockReader.Like(disk, travelled) : null,
            };
            var found = await RevisionDigest.ComputeAsync(disk, options, cancellationToken).ConfigureAwait(false);
            EnsureEqual(path, found.ToString(), sent.Digest.ToString());
        }
    }

    private static async Task CheckArchiveAsync(RoundPart part, DiskTransfer transfer, CancellationToken cancellationToken)
    {
        var path = part.Destination.Folder / transfer.TargetPath;
        if (part.StoredHash is { } sent)
        {
            EnsureEqual(path, await HashStoredAsync(part.Destination.Repository.Remote, path, cancellationToken).ConfigureAwait(false), sent);
            return;
        }

        var archive = await XvaArchive.OpenAsync(part.Destination.Repository.Remote, path, null, cancellationToken).ConfigureAwait(false);
        await using (archive.ConfigureAwait(false))
        {
            using var hash = part.ClearHash is null ? null : new HashTap(ArchiveTransfer.CheckHash);
            using var verifier = archive.CreateVerifier(makesChecksum: hash is null);
            await archive.ReadAllAsync(Append, cancellationToken).ConfigureAwait(false);
            var checksum = verifier.CompleteCore();
            EnsureEqual(path, hash?.ToHex() ?? checksum!.Hex, part.ClearHash ?? part.Checksum!.Hex);

            void Append(ReadOnlySpan<byte> bytes)
            {
                verifier.Append(bytes);
                hash?.Append(bytes);
            }
        }
    }

    private static async Task<string> HashStoredAsync(Remotes.IRemote remote, Remotes.RemotePath path, CancellationToken cancellationToken)
    {
        var file = await remote.OpenStoredAsync(path, cancellationToken).ConfigureAwait(false);
        await using (file.ConfigureAwait(false))
        {
            using var hash = new HashTap(ArchiveTransfer.CheckHash);
            await XvaArchive.ReadAllAsync(file, hash.Append, cancellationToken).ConfigureAwait(false);
            return hash.ToHex();
        }
    }

    private static void EnsureEqual(Remotes.RemotePath path, string found, string expected)
    {
        if (found != expected)
        {
            throw new IntegrityException($"The file {path} reads back with the digest {found}; {expected} was sent.") { Path = path.Value };
        }
    }
}
