using MirrorBackup.Backups;
using MirrorBackup.Planning;

namespace MirrorBackup.Tests.Planning;

/// <summary>
/// Every history of one disk with {key, delta} × {source only, destination only, both, unreadable} per point, against every small
/// retention: each plan is followed by an independent checker and must end where the rule says.
/// </summary>
public sealed class ExhaustivePlanTests(ITestOutputHelper output)
{
    private const int MaxRetention = 4;

    [Theory]
    [InlineData(6, false, false)]
    [InlineData(5, true, false)]
    [InlineData(5, true, true)]
    public void Plan_EveryHistory_KeepsEveryProperty(int maxLength, bool damagesDestination, bool repairs)
    {
        var cases = 0L;
        for (var length = 1; length <= maxLength; length++)
        {
            Parallel.For(0, 1 << (3 * length), number =>
            {
                var history = new History(number, length, damagesDestination);
                for (var retention = 1; retention <= MaxRetention; retention++)
                {
                    Check(history, retention, repairs);
                }

                Interlocked.Add(ref cases, MaxRetention);
            });
        }

        output.WriteLine($"{cases} cases, histories of up to {maxLength} points, damage on the {(damagesDestination ? "destination" : "source")}{(repairs ? ", repaired" : "")}");
        Assert.Equal(MaxRetention * ((1L << (3 * (maxLength + 1))) - 8) / 7, cases);
    }

    private static void Check(History history, int retention, bool repairs)
    {
        var request = Plans.Request(history.Source, history.Destination, retention, new PlanningOptions { Repair = repairs });
        var plan = Plans.Plan(request);
        try
        {
            var expected = history.Expected(retention, repairs).Select(index => History.Id(index).Timestamp);
            var restorable = PlanChecker.Follow(plan, retention);
            Require(restorable.SequenceEqual(expected), "another set of points can be restored at the end");
            Require(
                history.NewestOnSource() is var newest && (newest < 0 || restorable.Exists(instant => instant >= History.Id(newest).Timestamp)),
                "neither the newest point of the source is there nor one that is newer");

            var again = Plans.Plan(request with { Destinations = [request.Destinations[0] with { Chain = plan.Result }] });
            Require(again.IsEmpty, "planning again finds something to do");
        }
        catch (InvalidOperationException exception)
        {
            throw new InvalidOperationException($"{history}, retention {retention}: {exception.Message}\n{plan.Explain()}", exception);
        }
    }

    private static void Require(bool isRight, string complaint)
    {
        if (!isRight)
        {
            throw new InvalidOperationException(complaint);
        }
    }
}
