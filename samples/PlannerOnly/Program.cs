// The planner alone: no repository, no remote, no dependency injection. What is where comes from records of one's own.
using MirrorBackup.Planning;
using MirrorBackup.Retention;
using PlannerOnly;

const long GiB = 1L << 30;
var monday = new DateTimeOffset(2026, 3, 2, 1, 0, 0, TimeSpan.Zero);

// The file server keeps three backups and has just taken the fifth: the first two are folded into the third.
InventoryRow[] onTheFileServer =
[
    new("mail", monday.AddDays(2), BasedOn: null, 21 * GiB),
    new("mail", monday.AddDays(3), BasedOn: monday.AddDays(2), 2 * GiB),
    new("mail", monday.AddDays(4), BasedOn: monday.AddDays(3), 1 * GiB),
];

// The vault has four, and is to keep four.
InventoryRow[] inTheVault =
[
    new("mail", monday, BasedOn: null, 20 * GiB),
    new("mail", monday.AddDays(1), BasedOn: monday, 1 * GiB),
    new("mail", monday.AddDays(2), BasedOn: monday.AddDays(1), 1 * GiB),
    new("mail", monday.AddDays(3), BasedOn: monday.AddDays(2), 2 * GiB),
];

var request = new MirrorRequest
{
    Source = new InventoryChain("mail", "nightly-backup", onTheFileServer),
    Destinations =
    [
        new DestinationRequest
        {
            Name = "vault",
            Chain = new InventoryChain("mail", "mirror", inTheVault),
            Retention = RetentionPolicy.KeepLast(4),
            JobId = "mirror",
        },
        new DestinationRequest
        {
            Name = "new site",
            Chain = new InventoryChain("mail", "mirror", []),
            Retention = RetentionPolicy.KeepLast(1).Monthly(12).In(TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris")),
            JobId = "mirror",
            Profile = new DestinationProfile { FreeBytes = 500 * GiB },
        },
    ],
    Now = monday.AddDays(4).AddHours(8),
};

var plan = MirrorPlanner.Plan(request);
Console.Write(plan.Explain());

// A plan is data: here the steps are only counted, elsewhere they are run.
foreach (var destination in plan.Destinations)
{
    var transfers = destination.Steps.OfType<TransferStep>().Count();
    Console.WriteLine($"{destination.Name}: {transfers} transfers, result {destination.Result.Points.Length} restore points");
}

return plan.Destinations.All(destination => destination.Conflicts.IsEmpty) ? 0 : 1;
