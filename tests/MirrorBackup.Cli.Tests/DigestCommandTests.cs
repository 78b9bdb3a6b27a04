namespace MirrorBackup.Cli.Tests;

public sealed class DigestCommandTests(RepositoryFixture golden) : IClassFixture<RepositoryFixture>
{
    [Fact]
    public async Task Digest_DisksOfTheGoldenSet_AreThoseOfTheManifest()
    {
        var run = await CliRun.RunAsync("digest", golden.Url("a-src-delta-vhd"), "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
        var computed = run.Json().AsArray().Select(digest =>
            ((string)digest!["vm"]!, (long)digest["timestamp"]!, (string)digest["mode"]!, (string?)digest["disk"], (long)digest["virtualSize"]!, (string?)digest["sha256"]));
        var expected = RepositoryFixture.Vms("a-src-delta-vhd").SelectMany(vm => vm!["points"]!.AsArray().SelectMany(point => point!["disks"]!.AsArray().Select(disk =>
            ((string)vm["uuid"]!, (long)point["timestamp"]!, "incremental", (string?)disk!["vdiUuid"], (long)disk["virtualSize"]!, (string?)disk["truthSha256"]))));
        Assert.Equal(expected.Order(), computed.Order());
    }

    [Fact]
    public async Task Digest_ArchivesOfTheGoldenSet_AreThoseOfTheManifest()
    {
        var run = await CliRun.RunAsync("digest", golden.Url("b-src-full-xva"), "--json");

        Assert.Equal(0, run.ExitCode);
        var computed = run.Json().AsArray().Select(digest =>
            ((string)digest!["vm"]!, (long)digest["timestamp"]!, (string)digest["mode"]!, digest["disk"] is null, (string?)digest["sha256"]));
        var expected = RepositoryFixture.Vms("b-src-full-xva").SelectMany(vm => vm!["points"]!.AsArray().Select(point =>
            ((string)vm["uuid"]!, (long)point!["timestamp"]!, "full", true, (string?)point["sha256"])));
        Assert.Equal(expected.Order(), computed.Order());
    }

    [Fact]
    public async Task Digest_WithoutJson_PrintsOneLinePerDisk()
    {
        var run = await CliRun.RunAsync("digest", golden.Url("b-src-full-xva"));

        Assert.Equal(RepositoryFixture.Vms("b-src-full-xva").Sum(vm => vm!["points"]!.AsArray().Count), run.Output.TrimEnd().Split('\n').Length);
    }
}
