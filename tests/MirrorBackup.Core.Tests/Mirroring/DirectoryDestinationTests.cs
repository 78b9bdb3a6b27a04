using System.Text.Json.Nodes;
using MirrorBackup.Backups;
using MirrorBackup.Mirroring;
using MirrorBackup.Retention;

namespace MirrorBackup.Tests.Mirroring;

/// <summary>Whole runs into destinations that hold VHD directories.</summary>
public sealed class DirectoryDestinationTests
{
    // Footer, header and table are read when the catalogue is made, and again when the disk is opened: far less than one block of 2 MiB.
    private const long Structures = 256 << 10;

    [Theory]
    [InlineData(BlockCodec.None)]
    [InlineData(BlockCodec.Gzip)]
    [InlineData(BlockCodec.Brotli)]
    public async Task Run_EmptyDestination_HoldsEverythingInTheForm(BlockCodec codec)
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        await world.MirrorAsync("file");

        var job = world.Job(["dir"], static job => new MirrorJob(job.Name) { Source = job.Source, Id = job.Id, ScheduleId = job.ScheduleId, CheckLastTransferred = true });
        job.Destinations[0] = job.Destinations[0] with { Form = StorageForm.VhdDirectory(codec) };
        var report = await world.MirrorAsync(job);

        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        Assert.Equal(MirrorOutcome.Succeeded, report.Vms[0].Destinations[0].HealthCheck!.Outcome);
        await world.AssertHoldsAsync("dir", "ABC");
        Assert.All((await world.Run.LoadAsync("dir")).Chain(BackupMode.Incremental).Revisions, revision => Assert.Equal(StorageForm.VhdDirectory(codec), revision.Form));
        Assert.Equal(FilesOf(world, "dir", "data").Sum(static file => file.Length), report.BytesWritten);
        Assert.Equal(codec == BlockCodec.None ? 0 : 3, FilesOf(world, "dir", "chunk-filters.json").Count());
        foreach (var name in new[] { "20260105T010000Z.json", "20260106T010000Z.json", "20260107T010000Z.json" })
        {
            // The size is that of a VHD, whatever it takes as it is stored; the paths are those of the aliases.
            var (file, directory) = (Metadata(world, "file", name), Metadata(world, "dir", name));
            Assert.Equal((long)file["size"]!, (long)directory["size"]!);
            Assert.All(directory["vhds"]!.AsObject(), static disk => Assert.EndsWith(".alias.vhd", (string)disk.Value!, StringComparison.Ordinal));
            Assert.Equal(file["isVhdDifferencing"]!.ToJsonString(), directory["isVhdDifferencing"]!.ToJsonString());
        }
    }

    [Fact]
    public async Task Run_DestinationsOfDifferentForms_ReadTheSourceOnce()
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        var job = world.Job(["file", "gzip", "brotli", "brotli2"]);
        job.Destinations[1] = job.Destinations[1] with { Form = StorageForm.VhdDirectory(BlockCodec.Gzip) };
        job.Destinations[2] = job.Destinations[2] with { Form = StorageForm.VhdDirectory(BlockCodec.Brotli) };
        job.Destinations[3] = job.Destinations[3] with { Form = StorageForm.VhdDirectory(BlockCodec.Brotli) };

        var report = await world.MirrorAsync(job);

        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        var disks = world.Source.BytesRead.Where(static pair => pair.Key.EndsWith(".vhd", StringComparison.Ordinal)).ToList();
        Assert.Equal(3, disks.Count);
        Assert.All(disks, disk => Assert.InRange(disk.Value, 1, new FileInfo(Path.Combine(world.Run.PathOf("src"), disk.Key)).Length + Structures));
        foreach (var destination in new[] { "file", "gzip", "brotli", "brotli2" })
        {
            await world.AssertHoldsAsync(destination, "ABC");
        }

        Assert.Equal(world.Tree("brotli"), world.Tree("brotli2"));
    }

    [Fact]
    public async Task Run_RemoteThatCannotUpdate_WritesDirectoriesInBrotliByDefault()
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        var remote = world.Remote("dir");
        remote.CapabilitiesOverride = remote.Capabilities with { SupportsUpdate = false };

        var report = await world.MirrorAsync("dir");

        Assert.True(report.IsSuccess, MirrorReportJson.Write(report));
        Assert.All(
            (await world.Run.LoadAsync("dir")).Chain(BackupMode.Incremental).Revisions,
            static revision => Assert.Equal(StorageForm.VhdDirectory(BlockCodec.Brotli), revision.Form));
    }

    [Fact]
    public async Task Run_FormThatTheRemoteCannotHold_IsRefused()
    {
        await using var world = new MirrorFixture("doc-delta", 1);
        var remote = world.Remote("dir");
        remote.CapabilitiesOverride = remote.Capabilities with { SupportsUpdate = false };
        var job = world.Job(["dir"]);
        foreach (var form in new[] { StorageForm.VhdFile, StorageForm.Archive })
        {
            job.Destinations[0] = new MirrorDestination(remote, RetentionPolicy.KeepLast(4)) { Form = form };

            var error = await Assert.ThrowsAsync<MirrorBackupException>(() => world.MirrorAsync(job));

            Assert.Equal(ErrorCodes.InvalidJob, error.Code);
            Assert.Contains("a VHD directory is needed", error.Message.Replace("a VHD file or a VHD directory", "a VHD directory", StringComparison.Ordinal), StringComparison.Ordinal);
        }
    }

    private static IEnumerable<FileInfo> FilesOf(MirrorFixture world, string name, string part) =>
        new DirectoryInfo(world.Run.PathOf(name)).EnumerateFiles("*", SearchOption.AllDirectories).Where(file => file.FullName.Split('/').Contains(part));

    private static JsonObject Metadata(MirrorFixture world, string remote, string name) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(world.Run.PathOf(remote), world.Folder.Value, name)))!.AsObject();
}
