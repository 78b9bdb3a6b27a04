using MirrorBackup.Benchmarks;
using MirrorBackup.Planning;
using MirrorBackup.Retention;

namespace MirrorBackup.Tests.Planning;

/// <summary>
/// How much a plan allocates where one point is to be sent, one to be retired, and all others are there already. It stands in for the time, which cannot be
/// tested: memory that is not needed was what made plans slow.
/// </summary>
public sealed class PlannerAllocationTests
{
    private const int Points = 10_000;

    // About half as much again as when it was written. A dictionary of points or revisions alone would be 30 to 50 bytes each.
    private const int MostBytesPerPointOfAChain = 250;

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void Plan_NearlyEverythingIsThere_AllocatesLittlePerPoint(int destinations)
    {
        var request = Nightly(Points, destinations);
        Assert.All(MirrorPlanner.Plan(request).Destinations, plan => Assert.Single(plan.Steps.OfType<TransferStep>()));

        Assert.InRange(AllocatedBy(request), 1, Points * (1 + destinations) * MostBytesPerPointOfAChain);
    }

    [Fact]
    public void Plan_FourTimesAsManyPoints_AllocatesFourTimesAsMuch()
    {
        var few = AllocatedBy(Nightly(Points, destinations: 2));
        var many = AllocatedBy(Nightly(4 * Points, destinations: 2));

        Assert.InRange(many, 3.6 * few, 4.4 * few);
    }

    private static long AllocatedBy(MirrorRequest request)
    {
        // What the first plan of a process sets up once is not the point.
        MirrorPlanner.Plan(request);
        var before = GC.GetAllocatedBytesForCurrentThread();
        MirrorPlanner.Plan(request);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    /// <summary>The request of the benchmark. Its chains are not checked ones yet, so that checking them is part of a plan.</summary>
    private static MirrorRequest Nightly(int points, int destinations) => new()
    {
        Source = new SampleChain("job", points),
        Destinations = [.. Enumerable.Range(0, destinations).Select(number => new DestinationRequest
        {
            Name = $"archive {number}",
            Chain = new SampleChain("mirror-job", points - 1),
            Retention = RetentionPolicy.KeepLast(points - 1),
            JobId = "mirror-job",
        })],
        Now = SampleChain.First.AddHours(points),
    };
}
