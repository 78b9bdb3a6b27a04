using MirrorBackup.Backups;
using MirrorBackup.Mirroring;
using MirrorBackup.Planning;
using MirrorBackup.Remotes;
using MirrorBackup.Retention;

// The linker and the compiler judge every member of the libraries; what runs here is what they could break: JSON and generic code.
var notation = new NotationOptions();
var plan = MirrorPlanner.Plan(new MirrorRequest
{
    Source = ChainNotation.Parse("Cde", notation),
    Destinations =
    [
        new DestinationRequest
        {
            Name = "destination",
            Chain = ChainNotation.Parse("Abcd", notation),
            Retention = RetentionPolicy.KeepLast(4),
            JobId = notation.JobId,
            ScheduleId = notation.ScheduleId,
        },
    ],
    Now = TimeProvider.System.GetUtcNow(),
});
var json = plan.ToJson();

await using var source = new MemoryRemote("source");
await using var destination = new MemoryRemote("destination");
var job = new MirrorJob { Source = source, Destinations = { new MirrorDestination(destination, RetentionPolicy.KeepLast(4)) } };
var report = MirrorReportJson.Write(await new MirrorRunner().RunAsync(job));

if (!json.Contains("\"result\":\"Bcde\"", StringComparison.Ordinal) || !report.Contains("\"outcome\": \"UpToDate\"", StringComparison.OrdinalIgnoreCase))
{
    Console.Error.WriteLine($"unexpected: {json}{Environment.NewLine}{report}");
    return 1;
}

Console.WriteLine("ok");
return 0;
