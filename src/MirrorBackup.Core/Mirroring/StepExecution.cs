using MirrorBackup.Backups;
using MirrorBackup.Planning;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Mirroring;

/// <summary>Does the steps that move no data from the source.</summary>
internal static class StepExecution
{
    /// <returns>Bytes written to the destination.</returns>
    public static async Task<long> RunAsync(DestinationRun destination, MirrorStep step, CancellationToken cancellationToken)
    {
        switch (step)
        {
            case SkipStep:
                return 0;
            case UnlistStep unlist:
                await destination.Writer.UnlistAsync(unlist.Point.Name, cancellationToken).ConfigureAwait(false);
                return 0;
            case DeleteStep delete:
                foreach (var path in delete.Paths)
                {
                    await destination.Writer.DropAsync(path, cancellationToken).ConfigureAwait(false);
                }

                return 0;
            case Planning.MergeStep merge:
                return await MergeAsync(destination, merge, cancellationToken).ConfigureAwait(false);
            case ResumeMergeStep resume:
                return await ResumeAsync(destination, resume.Merge, cancellationToken).ConfigureAwait(false);
            default:
                throw new System.Diagnostics.UnreachableException($"There is no way to do {step}.");
        }
    }

    private static async Task<long> MergeAsync(DestinationRun destination, Planning.MergeStep step, CancellationToken cancellationToken)
    {
        var written = 0L;
        foreach (var disk in step.Disks)
        {
            var result = await VhdMerge.RunAsync(
                destination.Repository.Remote,
                (destination.Folder / disk.Paths[0]).Parent,
                [.. disk.Paths.Select(FileNameOf)],
                new VhdMergeOptions
                {
                    EnsureLockHeld = destination.EnsureHeldAsync,
                    BeforeStateRemoval = async (_, stop) => await destination.Writer.RewriteMergedAsync(step.Into.Name, stop).ConfigureAwait(false),
                },
                cancellationToken).ConfigureAwait(false);
            written += result.MergedBytes;
        }

        return written;
    }

    private static async Task<long> ResumeAsync(DestinationRun destination, PendingMerge merge, CancellationToken cancellationToken)
    {
        var folder = (destination.Folder / merge.StatePath).Parent;
        var listed = destination.Chain.Points
            .SelectMany(static point => point.Disks.Select(disk => (Path: disk.Path, Point: point)))
            .Where(entry => (destination.Folder / entry.Path).Parent == folder)
            .ToLookup(static entry => FileNameOf(entry.Path), static entry => entry.Point, StringComparer.Ordinal);
        var result = await VhdMerge.ResumeAsync(
            destination.Repository.Remote,
            folder,
            FileNameOf(merge.StatePath),
            listed.Contains,
            new VhdMergeOptions
            {
                EnsureLockHeld = destination.EnsureHeldAsync,
                BeforeStateRemoval = (made, stop) => RewriteAsync(destination, listed[made.Survivor ?? ""], stop),
            },
            cancellationToken).ConfigureAwait(false);
        return result.MergedBytes;
    }

    private static async ValueTask RewriteAsync(DestinationRun destination, IEnumerable<RestorePoint> points, CancellationToken cancellationToken)
    {
        foreach (var point in points)
        {
            try
            {
                await destination.Writer.RewriteMergedAsync(point.Name, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (error is CorruptBackupException or IntegrityException or RemoteNotFoundException)
            {
                // Another disk of the point is damaged: what heals it, later in the plan, writes the metadata, too.
            }
        }
    }

    private static string FileNameOf(string path) => path[(path.LastIndexOf('/') + 1)..];
}
