using MirrorBackup.Backups;
using MirrorBackup.Mirroring;
using MirrorBackup.Planning;
using MirrorBackup.Remotes;
using MirrorBackup.Retention;

namespace MirrorBackup.Architecture.Tests;

/// <summary>The code of README.md, compiled; <see cref="ReadmeTests"/> holds the two together.</summary>
internal static class ReadmeExamples
{
    public static async Task<MirrorReport> EmbedAsync(IProgress<MirrorProgress> progress, CancellationToken cancellationToken)
    {
        // readme: embedding
        var remotes = new RemoteFactory();
        await using var source = await remotes.OpenAsync("file:///mnt/nas", cancellationToken);
        await using var cold = await remotes.OpenAsync("file:///mnt/cold", cancellationToken);

        var job = new MirrorJob("nightly")
        {
            Source = source,
            Mode = BackupMode.Incremental,
            Destinations = { new MirrorDestination(cold, RetentionPolicy.KeepLast(30).Monthly(12).In(TimeZoneInfo.Utc)) },
        };
        MirrorReport report = await new MirrorRunner().RunAsync(job, progress, cancellationToken);
        // end
        return report;
    }

    public static string Plan(IBackupChain source, IBackupChain destination, DateTimeOffset now)
    {
        // readme: planner
        MirrorPlan plan = MirrorPlanner.Plan(new MirrorRequest
        {
            Source = source, // your IBackupChain
            Destinations = [new DestinationRequest { Name = "cold", Chain = destination, Retention = RetentionPolicy.KeepLast(4), JobId = "job", ScheduleId = "schedule" }],
            Now = now,
        });
        Console.WriteLine(plan.Explain());
        // end
        return ChainNotation.Format(plan.Destinations[0].Result, plan.Names);
    }
}
