using System.Collections.Immutable;
using System.Runtime.ExceptionServices;
using MirrorBackup.Backups;
using MirrorBackup.Planning;
using MirrorBackup.Repositories;
using MirrorBackup.Transfer;
using MirrorBackup.Vhd;

namespace MirrorBackup.Mirroring;

/// <summary>What one destination has of a round: the step, the revisions that have arrived, and what went wrong.</summary>
internal sealed class RoundPart
{
    private readonly StepWork _moved;
    private readonly List<SentDisk> _sent = [];
    private readonly Dictionary<string, long> _sizes = new(StringComparer.Ordinal);

    private RoundPart(DestinationRun destination, long started, MirrorStep step, RestorePoint point, RestorePoint written, ImmutableArray<DiskTransfer> disks)
    {
        (Destination, Step, Point, Written, Disks) = (destination, step, point, written, disks);
        _moved = new StepWork { Started = started };
    }

    public DestinationRun Destination { get; }

    public MirrorStep Step { get; }

    /// <summary>The point on the source.</summary>
    public RestorePoint Point { get; }

    /// <summary>The point as the destination will list it.</summary>
    public RestorePoint Written { get; }

    public ImmutableArray<DiskTransfer> Disks { get; }

    public Exception? Error { get; private set; }

    /// <summary>Whether the destination lists the point by now.</summary>
    public bool IsListed { get; private set; }

    /// <summary>What was sent for each disk, for the check afterwards.</summary>
    public Dictionary<string, SentContent> Digests { get; } = new(StringComparer.Ordinal);

    /// <summary>What the archive hashed to; null for disks, and where its clear bytes were not looked at.</summary>
    public ArchiveChecksum? Checksum { get; private set; }

    /// <summary>The SHA-256 of the clear archive, where the job wants it compared.</summary>
    public string? ClearHash { get; private set; }

    /// <summary>What the archive hashed to as it is stored, where that was asked for and its clear bytes were not looked at.</summary>
    public string? StoredHash { get; private set; }

    public static RoundPart Of(DestinationRun destination, long started) => destination.Current switch
    {
        TransferStep step => new(destination, started, step, step.Point, step.Written, step.Disks),
        ReplaceStep step => new(destination, started, step, step.Point, step.Written, step.Disks),
        var other => throw new InvalidOperationException($"The step {other} of {destination.Name} transfers nothing."),
    };

    /// <summary>The copy of a revision has ended: it has arrived whole, or has not.</summary>
    /// <param name="transfer">The revision.</param>
    /// <param name="result">The copy.</param>
    /// <param name="outcome">What became of it here.</param>
    /// <param name="size">How long the file is.</param>
    /// <param name="way">What happened to its bytes.</param>
    public void Ended(DiskTransfer transfer, CopyResult result, CopyOutcome outcome, long size, TransferWay way)
    {
        _moved.BytesRead += result.BytesRead;
        _moved.BytesWritten += outcome.BytesWritten;
        if (outcome.Error is null)
        {
            _sizes[transfer.Disk] = size;
            _sent.Add(new SentDisk(transfer.Disk, way));
        }
        else if (result.SourceError is null)
        {
            Error ??= outcome.Error;
        }
    }

    public void Sent(DiskTransfer transfer, SentContent content) => Digests[transfer.Disk] = content;

    public void Sent(ArchiveChecksum? checksum, string? clearHash) => (Checksum, ClearHash) = (checksum, clearHash);

    public void SentAsStored(string hash) => StoredHash = hash;

    /// <summary>Lists the point if all of it arrived, and ends the step either way. Of a point that is not listed nothing stays.</summary>
    public async Task EndAsync(SourceBackups source, SourceDefectException? defect, CancellationToken cancellationToken)
    {
        try
        {
            await Destination.RunStepAsync(Step, (work, stop) => EndAsync(source, defect, work, stop), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (!IsListed && _sizes.Count > 0)
            {
                await Destination.TryAsync(ClearAwayAsync).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Takes back what was listed and turned out to be bad, as far as it was not there before.</summary>
    public Task WithdrawAsync() => Destination.TryAsync(async stop =>
    {
        if (Step is TransferStep)
        {
            await Destination.Writer.UnlistAsync(Written.Name, stop).ConfigureAwait(false);
            await ClearAwayAsync(stop).ConfigureAwait(false);
        }
    });

    private async Task EndAsync(SourceBackups source, SourceDefectException? defect, StepWork work, CancellationToken cancellationToken)
    {
        (work.Started, work.BytesRead, work.BytesWritten, work.Disks) = (_moved.Started, _moved.BytesRead, _moved.BytesWritten, [.. _sent]);
        cancellationToken.ThrowIfCancellationRequested();
        if ((Error ?? defect) is { } error)
        {
            ExceptionDispatchInfo.Throw(error);
        }

        foreach (var transfer in Disks)
        {
            if (!_sizes.ContainsKey(transfer.Disk))
            {
                throw new InvalidOperationException($"The disk {transfer.Disk} of {Written.Name} was not sent, so that the backup is not listed.");
            }
        }

        await ListAsync(source, cancellationToken).ConfigureAwait(false);
    }

    // A replaced revision has the place of a broken one and is better than that; and what a point lists, for all we know, is never touched.
    private async Task ClearAwayAsync(CancellationToken cancellationToken)
    {
        var metadata = Destination.Folder / RepositoryPaths.Metadata(Written.Name);
        if (Step is not TransferStep || await Destination.Repository.Remote.StatAsync(metadata, cancellationToken).ConfigureAwait(false) is not null)
        {
            return;
        }

        foreach (var transfer in Disks)
        {
            if (_sizes.ContainsKey(transfer.Disk))
            {
                await Destination.Writer.DropAsync(transfer.TargetPath, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ListAsync(SourceBackups source, CancellationToken cancellationToken)
    {
        var metadata = source.MetadataOf(Point);
        if (Checksum is not null && Destination.Repository.Remote.Capabilities.EncryptionFingerprint is null)
        {
            await Destination.Writer.WriteChecksumAsync(Disks[0].TargetPath, Checksum, cancellationToken).ConfigureAwait(false);
        }

        var copy = new MirroredBackup
        {
            JobId = Written.JobId,
            ScheduleId = Written.ScheduleId,
            Size = await SizeAsync(cancellationToken).ConfigureAwait(false),
            Tags = await TagsAsync(cancellationToken).ConfigureAwait(false),
            Disks = Point.Id.Mode == BackupMode.Full ? [] : [.. Written.Disks.Select(disk => new MirroredDisk(disk.Disk, disk.Path, IsDelta(disk)))],
            ArchiveName = Point.Id.Mode == BackupMode.Full ? Written.Disks[0].Path : null,
        };
        await Destination.Writer.PublishAsync(Written.Name, metadata.ForMirror(copy), Step is ReplaceStep, cancellationToken).ConfigureAwait(false);
        IsListed = true;
    }

    // Healing changes nothing of what the retention has promised.
    private async Task<ImmutableArray<string>> TagsAsync(CancellationToken cancellationToken) => Step is ReplaceStep
        ? (await MetadataFolder.ReadFileAsync(
            Destination.Repository.Remote, Destination.Folder / RepositoryPaths.Metadata(Written.Name), cancellationToken).ConfigureAwait(false)).Tags
        : Destination.TagsOf(Written);

    private bool IsDelta(PointDisk disk)
    {
        foreach (var transfer in Disks)
        {
            if (transfer.Disk == disk.Disk)
            {
                return !transfer.IsKey;
            }
        }

        return Destination.Chain.Revision(disk.Path)?.IsDelta ?? false;
    }

    private async Task<long> SizeAsync(CancellationToken cancellationToken)
    {
        var size = 0L;
        foreach (var disk in Written.Disks)
        {
            if (_sizes.TryGetValue(disk.Disk, out var sent))
            {
                size += sent;
                continue;
            }

            // A disk that is there already, from an earlier run or beside a broken one.
            var file = await VhdDisk.OpenAsync(Destination.Repository.Remote, Destination.Folder / disk.Path, null, cancellationToken).ConfigureAwait(false);
            await using (file.ConfigureAwait(false))
            {
                size += VhdStreamDescription.ComputeLength(file.VirtualSize, file.AllocatedBlocks.Count);
            }
        }

        return size;
    }
}
