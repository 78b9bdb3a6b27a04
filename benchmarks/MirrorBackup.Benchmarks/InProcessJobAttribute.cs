using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Engines;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;

namespace MirrorBackup.Benchmarks;

/// <summary>A short job in this process, so that everything together takes less than three minutes.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class InProcessJobAttribute : Attribute, IConfigSource
{
    /// <summary>Chooses how calls are counted.</summary>
    /// <param name="isLong">Whether one call takes long and prepares its files: then each is measured by itself, otherwise many together.</param>
    public InProcessJobAttribute(bool isLong)
    {
        IsLong = isLong;
        var job = isLong
            ? Job.Dry.WithStrategy(RunStrategy.Monitoring).WithWarmupCount(1).WithIterationCount(7).WithInvocationCount(1).WithUnrollFactor(1)
            : Job.ShortRun.WithWarmupCount(1).WithIterationTime(TimeInterval.FromMilliseconds(100));
        Config = ManualConfig.CreateEmpty().AddJob(job.WithToolchain(InProcessEmitToolchain.Instance));
    }

    /// <summary>Whether one call takes long.</summary>
    public bool IsLong { get; }

    /// <inheritdoc/>
    public IConfig Config { get; }
}
