using MirrorBackup.Backups;
using MirrorBackup.Disks;
using MirrorBackup.Remotes;
using MirrorBackup.Repositories;
using MirrorBackup.Transfer;
using MirrorBackup.Vhd;
using MirrorBackup.Vhd.Directories;

namespace MirrorBackup.Mirroring;

/// <summary>Sends one disk revision (or several as one) to the destinations that need it.</summary>
internal sealed class DiskTransferRun(RunContext context, SourceBackups source, SourceSnapshot snapshot)
{
    public async Task RunAsync(IReadOnlyList<RevisionCopy> copies, CancellationToken cancellationToken)
    {
        var opened = await SourceDisk.OpenAsync(source, copies[0].Transfer.SourcePaths, cancellationToken).ConfigureAwait(false);
        await using (opened.ConfigureAwait(false))
        {
            var disk = opened.Disk;
            EnsureIsWhatWasPlanned(disk, copies[0]);
            var way = DiskWay.Choose(
                context.Job, source.Remote.Capabilities, opened.Revisions, copies, reason => context.Logger.StorageDoesNotCopy(source.VmId, reason));
            var blocks = way.Storage?.Order ?? disk.AllocatedBlocks;
            var meter = new CopyMeterProgress(context.Progress, copies.Count);
            var result = await DiskCopy.RunAsync(
                disk,
                [.. copies.Select(copy => TargetOf(copy, disk, blocks))],
                meter.Options(context) with
                {
                    Digest = context.Job.CheckLastTransferred ? context.Job.Digest : null, // only the health check compares it
                    StoredBlocks = way.StoredBlocks,
                    Storage = way.Storage,
                },
                (_, stop) => snapshot.EnsureUnchangedAsync(stop),
                cancellationToken).ConfigureAwait(false);
            var size = VhdStreamDescription.ComputeLength(disk.VirtualSize, disk.AllocatedBlocks.Count);
            for (var i = 0; i < copies.Count; i++)
            {
                meter.End(i, result.Outcomes[i]);
                copies[i].Part.Ended(copies[i].Transfer, result, result.Outcomes[i], size, way.Taken(copies[i], disk));
                if ((result.Travelled?.Value ?? result.Digest) is { } digest)
                {
                    copies[i].Part.Sent(copies[i].Transfer, new SentContent(digest, result.Travelled));
                }
            }

            if (result.SourceError is { } error)
            {
                if (opened.FindDamaged(error) is >= 0 and var damaged)
                {
                    throw new SourceDefectException(copies[0].Transfer.SourcePaths[damaged], error);
                }

                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(error);
            }
        }
    }

    private CopyTarget<IDiskWriter> TargetOf(RevisionCopy copy, WholeBlockDisk disk, IReadOnlyList<int> blocks)
    {
        var transfer = copy.Transfer;
        var identity = new DiskIdentity(
            Guid.Parse(transfer.RevisionId),
            transfer.ParentId is null ? null : Guid.Parse(transfer.ParentId),
            transfer.ParentPath is null ? null : transfer.ParentPath[(transfer.ParentPath.LastIndexOf('/') + 1)..],
            disk.VirtualSize);
        return new CopyTarget<IDiskWriter>(
            copy.Destination.Name,
            async stop => transfer.Form.Kind == StorageKind.VhdDirectory
                ? await CreateDirectoryAsync(copy, identity, blocks, stop).ConfigureAwait(false)
                : await CreateFileAsync(copy, identity, blocks, stop).ConfigureAwait(false))
        {
            BeforeCommit = copy.Destination.EnsureHeldAsync,
            Stop = copy.Destination.LockLost,
        };
    }

    private ValueTask<VhdFileWriter> CreateFileAsync(RevisionCopy copy, DiskIdentity identity, IReadOnlyList<int> blocks, CancellationToken cancellationToken) =>
        VhdFileWriter.CreateAsync(
            copy.Destination.Repository.Remote,
            copy.TargetPath,
            identity,
            blocks,
            new VhdWriteOptions { Timestamp = context.Time.GetUtcNow(), Grade = WriteGrade.Publish },
            cancellationToken);

    private ValueTask<VhdDirectoryWriter> CreateDirectoryAsync(RevisionCopy copy, DiskIdentity identity, IReadOnlyList<int> blocks, CancellationToken cancellationToken) =>
        VhdDirectoryWriter.CreateAsync(
            copy.Destination.Repository.Remote,
            copy.TargetPath,
            identity,
            blocks,
            new VhdDirectoryWriteOptions
            {
                Timestamp = context.Time.GetUtcNow(),
                Codec = copy.Transfer.Form.Codec,
                EnsureLockHeld = copy.Destination.EnsureHeldAsync,
                Staging = new StagingOptions(
                    StagedTransfers.RecordPath(source.VmId, copy.TargetPath),
                    string.Join(' ', copy.Transfer.SourcePaths.Select(source.IdOf)),
                    context.Time) { BlocksPerRecord = context.Job.BlocksPerTransferRecord },
            },
            cancellationToken);

    private static void EnsureIsWhatWasPlanned(WholeBlockDisk disk, RevisionCopy copy)
    {
        if (disk.Id != Guid.Parse(copy.Transfer.RevisionId))
        {
            throw new IntegrityException(
                $"The disk {disk.Name} of the source has the id {disk.Id}; it was planned with {copy.Transfer.RevisionId}.", ErrorCodes.SourceChanged);
        }
    }
}
