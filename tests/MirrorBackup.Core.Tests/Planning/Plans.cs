using MirrorBackup.Backups;
using MirrorBackup.Planning;
using MirrorBackup.Retention;

namespace MirrorBackup.Tests.Planning;

/// <summary>Requests and plans in letters.</summary>
internal static class Plans
{
    internal static readonly DateTimeOffset Now = new(2026, 12, 31, 0, 0, 0, TimeSpan.Zero);

    internal static BackupChain Chain(string letters, BackupMode? mode = null, string jobId = "job") =>
        ChainNotation.Parse(letters, new NotationOptions { Mode = mode, JobId = jobId });

    /// <summary>Source and destination in letters; the mode is that of the source.</summary>
    internal static MirrorRequest Request(string source, string destination, int retention, BackupMode? mode = null, PlanningOptions? options = null)
    {
        var chain = Chain(source, mode);
        return Request(chain, Chain(destination, chain.Mode), retention, options);
    }

    internal static MirrorRequest Request(BackupChain source, BackupChain destination, int retention, PlanningOptions? options = null) => new()
    {
        Source = source,
        Destinations = [Destination(destination, retention)],
        Options = options ?? new PlanningOptions(),
        Now = Now,
    };

    internal static DestinationRequest Destination(BackupChain chain, int retention) => new()
    {
        Name = "archive",
        Chain = chain,
        Retention = RetentionPolicy.KeepLast(retention),
        JobId = "job",
        ScheduleId = "schedule",
    };

    internal static DestinationPlan Plan(string source, string destination, int retention, BackupMode? mode = null, PlanningOptions? options = null) =>
        Plan(Request(source, destination, retention, mode, options));

    internal static DestinationPlan Plan(MirrorRequest request) => MirrorPlanner.Plan(request).Destinations.Single();

    internal static string Letters(DestinationPlan plan) => ChainNotation.Format(plan.Result, plan.Names);

    /// <summary>The steps as <c>transfer e, unlist A, merge A into b</c>.</summary>
    internal static string Steps(DestinationPlan plan)
    {
        using var json = System.Text.Json.JsonDocument.Parse(plan.ToJson());
        return string.Join(", ", json.RootElement.GetProperty("steps").EnumerateArray().Select(step =>
            step.GetProperty("kind").GetString() + " "
            + string.Concat(step.GetProperty("backups").EnumerateArray().Select(letter => letter.GetString()))
            + (step.TryGetProperty("into", out var into) ? " into " + into.GetString() : "")
            + (step.TryGetProperty("disks", out var disks) ? " [" + string.Join(" ", disks.EnumerateArray().Select(disk => disk.GetString())) + "]" : "")));
    }
}
