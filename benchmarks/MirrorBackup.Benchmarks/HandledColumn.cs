using System.Globalization;
using System.Reflection;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace MirrorBackup.Benchmarks;

/// <summary>A figure relative to the bytes that one call handles, for benchmarks that say how many these are (<see cref="HandlesAttribute"/>).</summary>
/// <param name="name">What the column is called.</param>
/// <param name="format">How its numbers are written.</param>
/// <param name="legend">What it means.</param>
/// <param name="value">The figure of a benchmark that handles so many bytes; <see langword="null"/> where it was not measured.</param>
public sealed class HandledColumn(string name, string format, string legend, Func<Summary, BenchmarkCase, long, double?> value) : IColumn
{
    /// <summary>MiB of content per second, in the fastest call.</summary>
    public static HandledColumn Throughput { get; } = new(
        "MiB/s",
        "F0",
        "Content per second in the fastest call, because others slow a call down and nothing speeds it up; a second destination is not counted twice",
        static (summary, benchmark, bytes) => bytes / 1048576d / (summary[benchmark]?.ResultStatistics?.Min / 1e9));

    /// <summary>KiB that are allocated for each block of 2 MiB.</summary>
    public static HandledColumn AllocatedPerBlock { get; } = new(
        "KiB/block",
        "F1",
        "Allocated KiB for each 2 MiB of content; what the whole call allocates, divided",
        static (summary, benchmark, bytes) => summary[benchmark]?.GcStats.GetBytesAllocatedPerOperation(benchmark) / 1024d / (bytes / SampleDisk.BlockBytes));

    /// <inheritdoc/>
    public string Id => nameof(HandledColumn) + name;

    /// <inheritdoc/>
    public string ColumnName => name;

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
    public string Legend => legend;

    /// <inheritdoc/>
    public bool IsAvailable(Summary summary) => summary.BenchmarksCases.Any(static benchmark => BytesOf(benchmark) is not null);

    /// <inheritdoc/>
    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => BytesOf(benchmarkCase) is null;

    /// <inheritdoc/>
    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, summary.Style);

    /// <inheritdoc/>
    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) =>
        BytesOf(benchmarkCase) is { } bytes && value(summary, benchmarkCase, bytes) is { } figure
            ? figure.ToString(format, CultureInfo.InvariantCulture)
            : "-";

    private static long? BytesOf(BenchmarkCase benchmark) => benchmark.Descriptor.Type.GetCustomAttribute<HandlesAttribute>()?.Bytes;
}
