using MirrorBackup.Mirroring;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>What a process left that was killed while it wrote is removed by the next run; nothing else that lies about is.</summary>
public sealed class AbandonedWritesTests
{
    [Theory]
    [InlineData("doc-delta", 3)]
    [InlineData("doc-delta", 5)]
    [InlineData("doc-full", 3)]
    public async Task Run_TemporaryFilesOfAKilledProcess_AreRemovedAndNoOthers(string scenario, int step)
    {
        await using var world = new MirrorFixture(scenario, step);
        var folder = Path.Combine(world.Run.PathOf("dst"), world.Folder.Value);
        var deepest = Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories).Append(folder).MaxBy(static path => path.Length)!;
        string[] ours = [Path.Combine(folder, ".1767574800000.20260109T010000Z.json.7.tmp"), Path.Combine(deepest, ".1767574800000.20260109T010000Z.vhd.1c.tmp")];
        string[] others = [Path.Combine(folder, ".1767574800000.20260109T010000Z.xva"), Path.Combine(folder, "notes.tmp")];
        foreach (var file in ours.Concat(others))
        {
            await File.WriteAllTextAsync(file, "left", TestContext.Current.CancellationToken);
        }

        var report = await world.MirrorAsync("dst");

        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        Assert.All(ours, static file => Assert.False(File.Exists(file), file));
        Assert.All(others, static file => Assert.True(File.Exists(file), file));
    }

    [Fact]
    public async Task Run_TemporaryFileCannotBeRemoved_MirrorsAllTheSame()
    {
        await using var world = new MirrorFixture();
        var left = Path.Combine(world.Run.PathOf("dst"), world.Folder.Value, ".1767574800000.20260109T010000Z.json.7.tmp");
        await File.WriteAllTextAsync(left, "left", TestContext.Current.CancellationToken);
        world.Remote("dst").FailAt(RemoteOperation.Delete, Path.GetFileName(left));

        var report = await world.MirrorAsync("dst");

        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        Assert.True(File.Exists(left));
        Assert.Equal("BCDE", await world.Run.LettersOfAsync("dst"));
    }
}
