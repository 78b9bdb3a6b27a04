using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using MirrorBackup.Benchmarks;

var config = DefaultConfig.Instance.AddColumn(StatisticColumn.Min, new ThroughputColumn(), new AllocatedPerBlockColumn()).WithArtifactsPath(Path.Combine("artifacts", "benchmarks"));
BenchmarkSwitcher.FromAssembly(typeof(ThroughputColumn).Assembly).Run(args, config);
