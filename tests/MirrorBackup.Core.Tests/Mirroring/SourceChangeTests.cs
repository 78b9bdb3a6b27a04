using MirrorBackup.Mirroring;
using MirrorBackup.Remotes;
using MirrorBackup.Vhd.Merging;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>A source that changes, or turns out to be damaged, while it is read: never a listed point with another content than it had.</summary>
public sealed class SourceChangeTests
{
    private const string B = "20260106T010000Z";

    [Fact]
    public async Task Run_PointIsRemovedBeforeItsTurn_IsLeftOutAndTheRestIsRight()
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        world.Source.At(RemoteOperation.Stat, B + ".json", _ =>
        {
            File.Delete(InSource(world, B + ".json"));
            File.Delete(InSource(world, "cache.json.gz"));
            return ValueTask.CompletedTask;
        });

        var report = await world.MirrorAsync("dst");

        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        Assert.Contains("changed while it was read", Assert.Single(report.Vms[0].Warnings), StringComparison.Ordinal);
        await world.AssertHoldsAsync("dst", "AC");
    }

    [Fact]
    public async Task Run_DiskChangesWhileItIsCopied_IsReadAgainAndRight()
    {
        await using var world = new MirrorFixture("doc-delta", 1);

        // The catalogue opens it first, the copy next, when the files were looked at already.
        world.Source.At(RemoteOperation.OpenRead, B + ".vhd", _ => Touch(Disk(world, B)), nth: 2);

        var report = await world.MirrorAsync("dst");

        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        Assert.Contains(report.Vms[0].Destinations[0].Steps, static step => step.Outcome == MirrorOutcome.NotRun && step.Error!.Code == ErrorCodes.SourceChanged);
        await world.AssertHoldsAsync("dst", "ABC");
    }

    [Fact]
    public async Task Run_SourceChangesWithoutEnd_IsGivenUpAfterThreeTimesAndListsNothingOfIt()
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        world.Source.At(RemoteOperation.OpenRead, B + ".vhd", _ => Touch(Disk(world, B)), forGood: true);

        var report = await world.MirrorAsync("dst");

        Assert.False(report.IsSuccess);
        Assert.Equal(3, report.Vms[0].Warnings.Length);
        Assert.NotEmpty(report.Vms[0].Destinations[0].Conflicts);
        await world.AssertHoldsAsync("dst", "A");
    }

    [Fact]
    public async Task Run_XenOrchestraMergesTheSourceMeanwhile_ContentIsRight()
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        var (a, b) = (Disk(world, "20260105T010000Z"), Disk(world, B));
        world.Remote("dst").At(RemoteOperation.WriteAll, "20260105T010000Z.json", async stop =>
        {
            // What its merge does to the files: the JSON of A goes, A takes the blocks of b, and then its name.
            File.Delete(InSource(world, "20260105T010000Z.json"));
            File.Delete(InSource(world, "cache.json.gz"));
            await using var other = LocalRemote.Open(world.Run.PathOf("src"));
            var folder = RemotePath.Parse(Path.GetRelativePath(world.Run.PathOf("src"), Path.GetDirectoryName(a)!));
            await VhdMerge.RunAsync(other, folder, [Path.GetFileName(a), Path.GetFileName(b)], null, stop);
        });

        var report = await world.MirrorAsync("dst");

        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        await world.AssertHoldsAsync("dst", "ABC");
    }

    [Theory]
    [InlineData("20260105T010000Z", "BC", "C")]
    [InlineData(B, "A", "A")]
    public async Task Run_DiskCannotBeRead_OtherPointsGoAndTheReportNamesIt(string point, string ifCollapsible, string otherwise)
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        world.Source.At(RemoteOperation.Read, point + ".vhd", _ => throw new CorruptBackupException($"{point}.vhd: bad block"), nth: 4, forGood: true);

        var report = await world.MirrorAsync("dst");

        Assert.Equal(MirrorOutcome.Failed, report.Outcome);
        Assert.Contains(point + ".vhd: bad block", MirrorReportJson.Write(report), StringComparison.Ordinal);
        Assert.Contains(await world.Run.LettersOfAsync("dst"), new[] { ifCollapsible, otherwise, "" });
        await world.Run.AssertContentAsync("dst", "");
        Assert.Empty(await world.UnlistedAsync("dst"));
    }

    [Fact]
    public async Task Run_ArchiveDiffersFromItsChecksum_IsNotListedAndLaterOnesGo()
    {
        await using var world = new MirrorFixture("doc-full", 1);
        var archive = InSource(world, B + ".xva");
        Flip(archive, new FileInfo(archive).Length / 2);

        var report = await world.MirrorAsync("dst");

        Assert.Equal(MirrorOutcome.Failed, report.Outcome);
        var failed = Assert.Single(report.Vms[0].Destinations[0].Steps, static step => step.Outcome == MirrorOutcome.Failed);
        Assert.Equal([B], failed.Points);
        Assert.Equal(ErrorCodes.ChecksumMismatch, failed.Error!.Code);
        await world.AssertHoldsAsync("dst", "AC");
    }

    [Fact]
    public async Task Run_NewPointDoesNotArrive_RetiresNothingForIt()
    {
        await using var world = new MirrorFixture("doc-full");
        var archive = InSource(world, "20260109T010000Z.xva");
        Flip(archive, new FileInfo(archive).Length / 2);
        var before = world.Tree("dst");

        var report = await world.MirrorAsync("dst");

        Assert.Equal(MirrorOutcome.Failed, report.Outcome);
        Assert.Equal(before, world.Tree("dst"));
    }

    [Fact]
    public async Task Run_SourceDisappears_FailsTheVmAndReportsWhatWasDone()
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        var dst = world.Remote("dst");
        dst.At(RemoteOperation.WriteAll, "20260105T010000Z.json", _ =>
        {
            world.Source.Disappear(0);
            return ValueTask.CompletedTask;
        });

        var report = await world.MirrorAsync("dst");

        Assert.Equal(MirrorOutcome.Failed, report.Outcome);
        Assert.Equal(ErrorCodes.RemoteUnavailable, report.Vms[0].Error!.Code);
        Assert.Equal(MirrorOutcome.Succeeded, report.Vms[0].Destinations[0].Steps[0].Outcome);
        Assert.Empty(world.Locks("src").Concat(world.Locks("dst")));
        await world.AssertHoldsAsync("dst", "A");
        world.Source.Heal();
        dst.Heal();
        Assert.True((await world.MirrorAsync("dst")).IsSuccess);
        await world.AssertHoldsAsync("dst", "ABC");
    }

    [Fact]
    public async Task Run_DestinationStoresOtherBytes_HealthCheckFailsAndOlderPointsStay()
    {
        await using var world = new MirrorFixture();
        world.Remote("dst").AfterRead = static (path, offset, bytes) =>
        {
            if (path.Value.EndsWith("20260109T010000Z.vhd", StringComparison.Ordinal) && bytes.Length > 1 << 20)
            {
                bytes.Span[12345] ^= 1;
            }
        };

        var report = await world.MirrorAsync(world.Job(["dst"], static job => new MirrorJob(job.Name)
        {
            Source = job.Source, Id = job.Id, ScheduleId = job.ScheduleId, CheckLastTransferred = true,
        }));

        var destination = report.Vms[0].Destinations[0];
        Assert.Equal(MirrorOutcome.Failed, destination.HealthCheck!.Outcome);
        Assert.Contains("20260109T010000Z.vhd", destination.HealthCheck.Error!.Message, StringComparison.Ordinal);
        Assert.Equal(MirrorOutcome.Failed, destination.Outcome);
        world.Remote("dst").AfterRead = null;
        await world.AssertHoldsAsync("dst", "ABCD");
        Assert.True((await world.MirrorAsync("dst")).IsSuccess);
        await world.AssertHoldsAsync("dst", "BCDE");
    }

    private static string InSource(MirrorFixture world, string name) => Path.Combine(world.Run.PathOf("src"), world.Folder.Value, name);

    private static string Disk(MirrorFixture world, string point) =>
        Directory.EnumerateFiles(InSource(world, "vdis"), point + ".vhd", SearchOption.AllDirectories).Single();

    private static ValueTask Touch(string file)
    {
        File.SetLastWriteTimeUtc(file, File.GetLastWriteTimeUtc(file).AddSeconds(1));
        return ValueTask.CompletedTask;
    }

    private static void Flip(string file, long offset)
    {
        using var handle = File.OpenHandle(file, FileMode.Open, FileAccess.ReadWrite);
        var found = new byte[1];
        RandomAccess.Read(handle, found, offset);
        found[0] ^= 1;
        RandomAccess.Write(handle, found, offset);
    }
}
