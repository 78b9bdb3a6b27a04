using MirrorBackup.Mirroring;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>A run that is stopped at any moment: locks go, nothing is half listed, and the next run does the rest.</summary>
public sealed class CancellationTests
{
    [Theory]
    [InlineData(true, RemoteOperation.List, "")]
    [InlineData(true, RemoteOperation.Lock, "")]
    [InlineData(true, RemoteOperation.Read, ".vhd")]
    [InlineData(false, RemoteOperation.Lock, "")]
    [InlineData(false, RemoteOperation.Create, ".vhd")]
    [InlineData(false, RemoteOperation.Write, ".vhd")]
    [InlineData(false, RemoteOperation.Commit, ".vhd")]
    [InlineData(false, RemoteOperation.Flush, "")]
    [InlineData(false, RemoteOperation.WriteAll, "20260109T010000Z.json")]
    [InlineData(false, RemoteOperation.Delete, "20260105T010000Z.json")]
    [InlineData(false, RemoteOperation.WriteAll, ".merge.json")]
    [InlineData(false, RemoteOperation.Update, ".vhd")]
    [InlineData(false, RemoteOperation.WriteAll, "20260106T010000Z.json")]
    [InlineData(false, RemoteOperation.WriteAll, "cache.json.gz")]
    public async Task Run_Cancelled_LeavesNothingHalfAndNextRunCompletes(bool atSource, RemoteOperation operation, string path)
    {
        await using var world = new MirrorFixture();
        using var stop = new CancellationTokenSource();
        (atSource ? world.Source : world.Remote("dst")).At(operation, path, async token =>
        {
            await stop.CancelAsync();
            token.ThrowIfCancellationRequested();
        });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.MirrorAsync(world.Job(["dst", "empty"]), stop.Token));

        Assert.Empty(world.Locks("src").Concat(world.Locks("dst")).Concat(world.Locks("empty")));
        await world.Run.AssertContentAsync("dst", "");
        await world.Run.AssertContentAsync("empty", "");
        Assert.True((await world.MirrorAsync("dst", "empty")).IsSuccess);
        await world.AssertHoldsAsync("dst", "BCDE");
        await world.AssertHoldsAsync("empty", "CDE");
    }

    [Fact]
    public async Task Run_CancelledBeforeItBegins_TouchesNothing()
    {
        await using var world = new MirrorFixture();
        var before = world.Tree("dst");

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.MirrorAsync(world.Job(["dst"]), new CancellationToken(true)));

        Assert.Equal(before, world.Tree("dst"));
        Assert.DoesNotContain(world.Source.Log, static entry => entry.Operation == RemoteOperation.Lock);
    }
}
