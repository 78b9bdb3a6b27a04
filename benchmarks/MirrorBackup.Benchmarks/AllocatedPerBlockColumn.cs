using System.Globalization;
using System.Reflection;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace MirrorBackup.Benchmarks;

/// <summary>KiB that are allocated for each block of 2 MiB, for benchmarks that say how many bytes one call handles (<see cref="HandlesAttribute"/>).</summary>
public sealed class AllocatedPerBlockColumn : IColumn
{
    /// <inheritdoc/>
    public string Id => nameof(AllocatedPerBlockColumn);

    /// <inheritdoc/>
    public string ColumnName => "KiB/block";

    /// <inheritdoc/>
    public bool AlwaysShow => true;

    /// <inheritdoc/>
    public ColumnCategory Category => ColumnCategory.Metric;

    /// <inheritdoc/>
    public int PriorityInCategory => 0;

    /// <inheritdoc/>
    public bool IsNumeric => true;

    /// <inheritdoc/>
    public UnitType UnitType => UnitType.Dimensionless;

    /// <inheritdoc/>
    public string Legend => "Allocated KiB for each 2 MiB of content; what the whole call allocates, divided";

    /// <inheritdoc/>
    public bool IsAvailable(Summary summary) => summary.BenchmarksCases.Any(static benchmark => BlocksOf(benchmark) is not null);

    /// <inheritdoc/>
    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => BlocksOf(benchmarkCase) is null;

    /// <inheritdoc/>
    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, summary.Style);

    /// <inheritdoc/>
    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) =>
        BlocksOf(benchmarkCase) is { } blocks && summary[benchmarkCase]?.GcStats.GetBytesAllocatedPerOperation(benchmarkCase) is { } bytes
            ? (bytes / 1024d / blocks).ToString("F1", CultureInfo.InvariantCulture)
            : "-";

    private static long? BlocksOf(BenchmarkCase benchmark) => benchmark.Descriptor.Type.GetCustomAttribute<HandlesAttribute>()?.Bytes / SampleDisk.BlockBytes;
}
