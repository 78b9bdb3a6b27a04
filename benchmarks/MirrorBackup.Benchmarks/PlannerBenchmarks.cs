using BenchmarkDotNet.Attributes;
using MirrorBackup.Planning;
using MirrorBackup.Retention;

namespace MirrorBackup.Benchmarks;

/// <summary>
/// How long does a nightly plan take: one new restore point to send, one to retire by merging, and everything else there already? The chains come from
/// outside, so that reading and validating them is part of it.
/// </summary>
[InProcessJob(isLong: false)]
[MemoryDiagnoser]
public class PlannerBenchmarks
{
    private MirrorRequest _request = null!;

    /// <summary>Restore points of the source.</summary>
    [Params(10, 1_000, 100_000)]
    public int Points { get; set; }

    /// <summary>Destinations, each planned by itself.</summary>
    [Params(1, 4)]
    public int Destinations { get; set; }

    /// <summary>Makes the chains.</summary>
    [GlobalSetup]
    public void Setup() => _request = new MirrorRequest
    {
        Source = new SampleChain("source-job", Points),
        Destinations = [.. Enumerable.Range(0, Destinations).Select(number => new DestinationRequest
        {
            Name = $"destination {number}",
            Chain = new SampleChain("mirror-job", Points - 1),
            Retention = RetentionPolicy.KeepLast(Points - 1),
            JobId = "mirror-job",
        })],
        Now = SampleChain.First.AddHours(Points),
    };

    /// <summary>The library.</summary>
    [Benchmark(Description = "plan")]
    public int Plan() => MirrorPlanner.Plan(_request).Destinations[0].Steps.Length;
}
