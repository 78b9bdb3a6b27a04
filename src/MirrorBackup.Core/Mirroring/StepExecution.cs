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
                return (await destination.Writer.ResumeMergeAsync(resume.Merge.StatePath, destination.Chain.Points, cancellationToken).ConfigureAwait(false)).MergedBytes;
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

    private static string FileNameOf(string path) => path[(path.LastIndexOf('/') + 1)..];
}
