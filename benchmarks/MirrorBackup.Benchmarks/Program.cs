using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using MirrorBackup.Benchmarks;

if (await PeerTool.TryRunAsync(args) || await ManyVmsTool.TryRunAsync(args) || await AllocationTool.TryRunAsync(args))
{
    return;
}

var config = DefaultConfig.Instance.AddColumn(StatisticColumn.Min, HandledColumn.Throughput, HandledColumn.AllocatedPerBlock).WithArtifactsPath(Path.Combine("artifacts", "benchmarks"));
BenchmarkSwitcher.FromAssembly(typeof(HandledColumn).Assembly).Run(args, config);
