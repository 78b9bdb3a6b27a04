using MirrorBackup.Backups;
using MirrorBackup.Planning;
using MirrorBackup.Retention;

namespace MirrorBackup.Cli.Commands;

/// <summary>A plan for chains that are written in letters: no remote, no disk, only the planner.</summary>
internal static class LetterPlan
{
    // The chains of the notation belong to one job and one schedule, whose points the retention counts.
    private static readonly NotationOptions s_defaults = new();

    /// <summary>Plans.</summary>
    /// <param name="source">The source in letters, such as <c>Cde</c>.</param>
    /// <param name="destination">The destination in letters.</param>
    /// <param name="mode">The mode; <see langword="null"/> = full if both have upper case only, otherwise incremental.</param>
    /// <param name="retention">What stays at the destination.</param>
    /// <param name="options">The choices of the job.</param>
    /// <param name="now">The instant of planning.</param>
    /// <exception cref="UsageException">The letters are no chains.</exception>
    public static MirrorPlan Create(
        string source, string destination, BackupMode? mode, RetentionPolicy retention, PlanningOptions options, DateTimeOffset now)
    {
        mode ??= (source + destination).Any(char.IsAsciiLetterLower) ? BackupMode.Incremental : BackupMode.Full;
        try
        {
            var notation = s_defaults with { Mode = mode };
            return MirrorPlanner.Plan(new MirrorRequest
            {
                Source = ChainNotation.Parse(source, notation),
                Destinations =
                [
                    new DestinationRequest
                    {
                        Name = "destination",
                        Chain = ChainNotation.Parse(destination, notation),
                        Retention = retention,
                        JobId = notation.JobId,
                        ScheduleId = notation.ScheduleId,
                    },
                ],
                Options = options,
                Now = now,
            });
        }
        catch (MirrorBackupException error) when (error.Code == ErrorCodes.InvalidNotation)
        {
            throw new UsageException(error.Message);
        }
    }
}
