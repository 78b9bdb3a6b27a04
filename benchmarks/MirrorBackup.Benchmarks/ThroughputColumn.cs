using System.Globalization;
using System.Reflection;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace MirrorBackup.Benchmarks;

/// <summary>MiB of disk content per second, for benchmarks that say how many bytes one call handles (<see cref="HandlesAttribute"/>).</summary>
public sealed class ThroughputColumn : IColumn
{
    /// <inheritdoc/>
    public string Id => nameof(ThroughputColumn);

    /// <inheritdoc/>
    public string ColumnName => "MiB/s";

    /// <inheritdoc/>
    public bool AlwaysShow => true;

    /// <inheritdoc/>
    public ColumnCategory Category => ColumnCategory.Statistics;

    /// <inheritdoc/>
    public int PriorityInCategory => 0;

    /// <inheritdoc/>
    public bool IsNumeric => true;

    /// <inheritdoc/>
    public UnitType UnitType => UnitType.Dimensionless;

    /// <inheritdoc/>
    public string Legend => "Content per second in the fastest call, because others slow a call down and nothing speeds it up; a second destination is not counted twice";

    /// <inheritdoc/>
    public bool IsAvailable(Summary summary) => summary.BenchmarksCases.Any(static benchmark => BytesOf(benchmark) is not null);

    /// <inheritdoc/>
    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => BytesOf(benchmarkCase) is null;

    /// <inheritdoc/>
    public string GetValue(Summary summary, BenchmarkCase benchmarkCase) => GetValue(summary, benchmarkCase, summary.Style);

    /// <inheritdoc/>
    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) =>
        BytesOf(benchmarkCase) is { } bytes && summary[benchmarkCase]?.ResultStatistics is { } statistics
            ? (bytes / 1048576d / (statistics.Min / 1e9)).ToString("F0", CultureInfo.InvariantCulture)
            : "-";

    private static long? BytesOf(BenchmarkCase benchmark) => benchmark.Descriptor.Type.GetCustomAttribute<HandlesAttribute>()?.Bytes;
}
