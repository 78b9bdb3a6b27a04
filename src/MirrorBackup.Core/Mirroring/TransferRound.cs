using System.Collections.Immutable;
using MirrorBackup.Backups;
using MirrorBackup.Planning;

namespace MirrorBackup.Mirroring;

/// <summary>
/// Sends one restore point to every destination that waits for it: each revision is read once for all of them, and a destination lists
/// the point only when all of it is there. A destination that fails leaves; the others go on.
/// </summary>
internal sealed class TransferRound(RunContext context, SourceBackups source)
{
    /// <summary>Runs the round.</summary>
    /// <param name="participants">The destinations whose current step transfers the point.</param>
    /// <param name="cancellationToken">Stops the round; nothing of the point is listed where it was not complete.</param>
    /// <returns>What of the source could not be read; <see langword="null"/> if all could.</returns>
    public async Task<SourceDefectException?> RunAsync(IReadOnlyList<DestinationRun> participants, CancellationToken cancellationToken)
    {
        var started = context.Time.GetTimestamp();
        var parts = new List<RoundPart>(participants.Count);
        foreach (var destination in participants)
        {
            parts.Add(RoundPart.Of(destination, started));
        }

        SourceDefectException? defect = null;
        try
        {
            defect = await SendAsync(parts, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            // A step ends on every path, so that its report says what became of it and what was begun is cleared away.
            await Task.WhenAll(parts.Select(part => part.EndAsync(source, defect, cancellationToken))).ConfigureAwait(false);
        }

        if (context.Job.CheckLastTransferred)
        {
            // Before the next step, because that may retire an older point for the sake of this one.
            await Task.WhenAll(parts
                .Where(static part => part.Destination is { IsAlive: true, HasTransfersLeft: false } && part.IsListed)
                .Select(part => new HealthCheck(context).RunAsync(part, cancellationToken))).ConfigureAwait(false);
        }

        return defect;
    }

    private async Task<SourceDefectException?> SendAsync(List<RoundPart> parts, CancellationToken cancellationToken)
    {
        foreach (var group in parts.SelectMany(static part => part.Disks.Select(disk => (Part: part, Disk: disk)))
            .GroupBy(static pair => string.Join('\n', pair.Disk.SourcePaths)))
        {
            var alive = group.Where(static pair => pair.Part.Error is null).ToList();
            if (alive.Count == 0)
            {
                continue;
            }

            try
            {
                await SendAsync(alive, cancellationToken).ConfigureAwait(false);
            }
            catch (SourceDefectException defect)
            {
                context.Logger.SourceDefect(defect.Cause, source.VmId);
                return defect;
            }
        }

        return null;
    }

    private async Task SendAsync(List<(RoundPart Part, DiskTransfer Disk)> targets, CancellationToken cancellationToken)
    {
        var (first, disk) = targets[0];
        var copies = targets.ConvertAll(pair => new RevisionCopy(pair.Part, pair.Disk));
        SourceSnapshot? snapshot = null;
        try
        {
            snapshot = await SourceSnapshot.TakeAsync(source, first.Point, disk.SourcePaths, cancellationToken).ConfigureAwait(false);
            await (disk.Disk == DiskRevision.ArchiveDisk
                ? new ArchiveTransfer(context, source, snapshot).RunAsync(copies, cancellationToken)
                : new DiskTransferRun(context, source, snapshot).RunAsync(copies, cancellationToken)).ConfigureAwait(false);
        }
        catch (Exception error) when (error is not SourceDefectException && (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested))
        {
            throw new SourceDefectException(DefectiveOf(error, disk.SourcePaths), await CauseOfAsync(snapshot, error, cancellationToken).ConfigureAwait(false));
        }
    }

    // What is read while it changes may look damaged.
    private static async Task<Exception> CauseOfAsync(SourceSnapshot? snapshot, Exception error, CancellationToken cancellationToken)
    {
        try
        {
            if (snapshot is not null)
            {
                await snapshot.EnsureUnchangedAsync(cancellationToken).ConfigureAwait(false);
            }

            return error;
        }
        catch (MirrorBackupException found)
        {
            // A source that does not answer this time explains nothing.
            return found.Code == ErrorCodes.SourceChanged ? found : error;
        }
    }

    // Of several revisions that become one, the error names the file; where it does not, the youngest is what cannot be sent.
    private string DefectiveOf(Exception error, ImmutableArray<string> paths)
    {
        var found = (error as MirrorBackupException)?.Path;
        foreach (var path in paths)
        {
            if (found == (source.Folder / path).Value)
            {
                return path;
            }
        }

        return paths[^1];
    }
}
