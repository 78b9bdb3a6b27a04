using MirrorBackup.Remotes;
using MirrorBackup.Simulation.Tests.World;
using MirrorBackup.Testing.Simulation;

namespace MirrorBackup.Simulation.Tests.Order;

/// <summary>
/// How much is flushed when a VM is mirrored for the first time: each file once, the folder of its name once for each file, and what holds the name of a new
/// folder at most once for each. Less would not be durable in the promised order, more would be waste, which many small VMs feel.
/// </summary>
public sealed class FlushCountTests
{
    [Theory]
    [InlineData("doc-delta", 1)]
    [InlineData("doc-full", 1)]
    [InlineData("disk-added-later", 1)]
    public async Task Run_FirstMirror_FlushesEachFileAndItsFolderOnce(string scenario, int step)
    {
        var setting = new Setting(scenario, step);
        var clock = JobRun.ClockOf(0);
        var disk = setting.Load(clock);
        var flushed = new List<string>();
        var folders = new List<string>();
        var renamed = new List<RemotePath>();
        disk.BeforeOperation = operation =>
        {
            if (!operation.Path.Value.StartsWith("dst", StringComparison.Ordinal))
            {
                return;
            }

            switch (operation.Kind)
            {
                case DiskOperationKind.Flush:
                    flushed.Add(operation.Path.Value);
                    break;
                case DiskOperationKind.FlushDirectory:
                    folders.Add(operation.Path.Value);
                    break;
                case DiskOperationKind.Rename:
                    renamed.Add(operation.Target);
                    break;
            }
        };

        var report = await new JobRun(setting, new DestinationReader(setting, new Truth(setting))).RunAsync(disk, clock);

        Assert.True(report.IsSuccess);
        Assert.NotEmpty(renamed);
        Assert.Equal(renamed.Count, renamed.Distinct().Count());
        Assert.Equal(renamed.Count, flushed.Count);
        Assert.Equal(flushed.Count, flushed.Distinct().Count());
        var above = MadeIn(renamed);
        foreach (var folder in above.Select(static made => made.Key).Union(renamed.Select(static path => path.Parent.Value)))
        {
            // A new folder may come after the flush of those beside it.
            var files = renamed.Count(path => path.Parent.Value == folder);
            Assert.InRange(folders.Count(path => path == folder), files + (above.Contains(folder) ? 1 : 0), files + above[folder].Count());
        }

        Assert.Equal([.. above.Select(static made => made.Key).Union(renamed.Select(static path => path.Parent.Value)).Order(StringComparer.Ordinal)], folders.Distinct().Order(StringComparer.Ordinal));
    }

    // The folders that were made, by those which hold their names; the root is there before.
    private static ILookup<string, string> MadeIn(IEnumerable<RemotePath> files)
    {
        var made = new HashSet<RemotePath>();
        foreach (var file in files)
        {
            for (var folder = file.Parent; folder.Parent.Value.StartsWith("dst", StringComparison.Ordinal); folder = folder.Parent)
            {
                made.Add(folder);
            }
        }

        return made.ToLookup(static folder => folder.Parent.Value, static folder => folder.Value);
    }
}
