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
    private string[] _names = [];

    /// <summary>Restore points of the source.</summary>
    [Params(10, 1_000, 100_000)]
    public int Points { get; set; }

    /// <summary>Destinations, each planned by itself.</summary>
    [Params(1, 4)]
    public int Destinations { get; set; }

    /// <summary>Makes the chains.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var source = new SampleChain("source-job", Points);
        _request = new MirrorRequest
        {
            Source = source,
            Destinations = [.. Enumerable.Range(0, Destinations).Select(number => new DestinationRequest
            {
                Name = $"destination {number}",
                Chain = new SampleChain("mirror-job", Points - 1),
                Retention = RetentionPolicy.KeepLast(Points - 1),
                JobId = "mirror-job",
            })],
            Now = SampleChain.First.AddHours(Points),
        };
        _names = [.. source.Points.Select(point => point.Name)];
        new Random(1).Shuffle(_names);
    }

    /// <summary>What cannot be undercut where catalogues come in any order: the names of the source's points, shuffled, put in order once.</summary>
    [Benchmark(Baseline = true, Description = "sort as many names")]
    public string Sort()
    {
        string[] names = [.. _names];
        Array.Sort(names, StringComparer.Ordinal);
        return names[0];
    }

    /// <summary>The library.</summary>
    [Benchmark(Description = "plan")]
    public int Plan() => MirrorPlanner.Plan(_request).Destinations[0].Steps.Length;

    /// <summary>The library, and what each destination holds afterwards, which a plan puts together when it is asked for.</summary>
    [Benchmark(Description = "plan, and read the results")]
    public int PlanAndRead() => MirrorPlanner.Plan(_request).Destinations.Sum(plan => plan.Result.Points.Length);
}
