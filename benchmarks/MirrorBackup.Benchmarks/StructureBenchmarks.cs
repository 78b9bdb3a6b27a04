using BenchmarkDotNet.Attributes;

namespace MirrorBackup.Benchmarks;

/// <summary>How long does reading the structures of a VHD file take, once their bytes are there? Beside it a copy of the same bytes in memory.</summary>
[InProcessJob(isLong: false)]
[MemoryDiagnoser]
public class StructureBenchmarks
{
    private byte[] _copy = [];

    /// <summary>What is read.</summary>
    [ParamsSource(nameof(Structures))]
    public SampleStructure Structure { get; set; } = null!;

    /// <summary>All structures.</summary>
    public static IEnumerable<SampleStructure> Structures => SampleStructure.All;

    /// <summary>Makes room for the copy.</summary>
    [GlobalSetup]
    public void Setup() => _copy = new byte[Structure.Bytes.Length];

    /// <summary>What reading every byte takes at least.</summary>
    [Benchmark(Baseline = true, Description = "copy in memory")]
    public void Copy() => Structure.Bytes.AsSpan().CopyTo(_copy);

    /// <summary>The library.</summary>
    [Benchmark(Description = "parse")]
    public int Parse() => Structure.Parse();
}
