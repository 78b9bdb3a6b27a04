using MirrorBackup.Backups;
using MirrorBackup.Crash.Tests.Stored;
using MirrorBackup.Golden;
using MirrorBackup.Mirroring;
using MirrorBackup.Remotes;
using MirrorBackup.Remotes.Tests.Local;

namespace MirrorBackup.Crash.Tests.Storage;

/// <summary>
/// A file system that is really full, at any moment of a run: what is listed is whole, the report says what is full, and once there is room the next run
/// finishes the work.
/// </summary>
public sealed class FullStorageTests(ITestOutputHelper output)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    // Compressed, the blocks of the scenario are a few hundred bytes long, so that the steps are.
    [Theory]
    [InlineData("files", 384 << 10)]
    [InlineData("directories", 4 << 10)]
    [InlineData("encrypted", 4 << 10)]
    [InlineData("archives", 384 << 10)]
    public async Task Run_StorageFillsUpAtAnyMoment_ListsOnlyWhatIsWholeAndFinishesOnceThereIsRoom(string name, int step)
    {
        var kind = name switch { "directories" => StoredKind.Directories, "encrypted" => StoredKind.Encrypted, _ => StoredKind.Files };
        using var world = await MirrorWorld.CreateAsync(name == "archives" ? BackupMode.Full : BackupMode.Incremental, [kind], Cancelled);
        using var folder = new TemporaryFolder();
        using var mount = await PrivateMount.CreateAsync("size=64m", folder.Path, "true", Cancelled);
        var (full, merging, tries) = (0, 0, 0);
        for (var free = 0; ; free += step, tries++)
        {
            var copy = world.Copy("copy", mount.Path);
            Fill(mount.Path, free);

            var report = await world.TryAsync(MirrorWorld.SourceOf(copy), copy, static remote => new SilentRemote(remote), cancellationToken: Cancelled);

            var left = await world.ReadAsync(copy, kind, Cancelled);
            Assert.Subset(MirrorWorld.Before.Union(MirrorWorld.After).ToHashSet(), left.Letters.ToHashSet());
            Assert.Superset(MirrorWorld.Before.Intersect(MirrorWorld.After).ToHashSet(), left.Letters.ToHashSet());
            File.Delete(Path.Combine(mount.Path, "ballast"));
            if (!report.IsSuccess)
            {
                var destination = report.Vms[0].Destinations[0];
                Assert.Equal(ErrorCodes.RemoteFull, destination.Error?.Code);
                Assert.Contains(kind.Name, destination.Error!.Message, StringComparison.Ordinal);
                full++;
                merging += destination.Steps.Count(static done => done is { Kind: "merge", Outcome: MirrorOutcome.Failed });
            }

            var next = await world.RunAsync(copy, Cancelled);
            var end = await world.ReadAsync(copy, kind, Cancelled);
            Assert.Equal(MirrorWorld.After, end.Letters);
            Assert.True(end.Leftovers.Count == 0, $"{free} bytes free: {string.Join('\n', end.Leftovers)}\n{MirrorReportJson.Write(next)}");
            if (report.IsSuccess)
            {
                break;
            }
        }

        output.WriteLine($"{name}: {full} of {tries + 1} amounts of free space too small, {merging} of them in a merge; enough at {tries * step} bytes");
        Assert.NotEqual(0, full);
    }

    /// <summary>Takes all of a file system but this much.</summary>
    private static void Fill(string root, long free)
    {
        using var ballast = File.Create(Path.Combine(root, "ballast"));
        var buffer = new byte[64 << 10];
        for (var left = new DriveInfo(root).AvailableFreeSpace - free; left > 0; left -= buffer.Length)
        {
            ballast.Write(buffer, 0, (int)Math.Min(left, buffer.Length));
        }
    }

    /// <summary>A storage that does not say how much room it has, so that nothing is refused before it is tried.</summary>
    private sealed class SilentRemote(IRemote inner) : DelegatingRemote(inner)
    {
        public override ValueTask<long?> GetAvailableBytesAsync(CancellationToken cancellationToken = default) => default;
    }
}
