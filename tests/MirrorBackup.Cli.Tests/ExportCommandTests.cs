using System.Security.Cryptography;
using MirrorBackup.Golden;

namespace MirrorBackup.Cli.Tests;

public sealed class ExportCommandTests(RepositoryFixture golden) : IClassFixture<RepositoryFixture>
{
    private const string Rolled = "0e243b7c-2218-47d3-934d-90bac1a691d6";

    public static TheoryData<long, string, string> RolledPoints()
    {
        var data = new TheoryData<long, string, string>();
        var vm = RepositoryFixture.Vms("a-src-delta-vhd").Single(candidate => (string)candidate!["uuid"]! == Rolled)!;
        foreach (var point in vm["points"]!.AsArray())
        {
            var disk = point!["disks"]![0]!;
            data.Add((long)point["timestamp"]!, (string)disk["vdiUuid"]!, (string)disk["sha256"]!);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(RolledPoints))]
    public async Task Export_PointOfTheGoldenSet_ImageHasTheDigestOfTheManifest(long timestamp, string disk, string sha256)
    {
        using var folder = new TemporaryFolder();
        var image = folder["disk.raw"];

        var run = await CliRun.RunAsync(
            "export", golden.Url("a-src-delta-vhd"), "--vm", Rolled, "--timestamp", $"{timestamp}", "--disk", disk, "--output", image);

        Assert.Equal(0, run.ExitCode);
        Assert.Equal([image], Directory.GetFiles(folder.Path));
        await using var content = File.OpenRead(image);
        Assert.Equal(sha256, Convert.ToHexStringLower(await SHA256.HashDataAsync(content, TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task Export_PointThatIsNotThere_IsExitCode1AndNoFile()
    {
        using var folder = new TemporaryFolder();

        var run = await CliRun.RunAsync("export", golden.Url("a-src-delta-vhd"), "--vm", Rolled, "--timestamp", "1", "--output", folder["disk.raw"]);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("found no incremental restore point 1", run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public async Task Export_DiskThatThePointDoesNotHave_IsExitCode2AndNamesThoseItHas()
    {
        using var folder = new TemporaryFolder();

        var run = await CliRun.RunAsync(
            "export", golden.Url("a-src-delta-vhd"), "--vm", Rolled, "--timestamp", "20260107T010000Z", "--disk", "other", "--output", folder["disk.raw"]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("5d9c250f-1da1-4029-b58e-973dd6d97c68", run.Error, StringComparison.Ordinal);
    }
}
