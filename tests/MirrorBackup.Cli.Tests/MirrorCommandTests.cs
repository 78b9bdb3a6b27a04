using System.Text.Json.Nodes;
using MirrorBackup.Golden;

namespace MirrorBackup.Cli.Tests;

public sealed class MirrorCommandTests
{
    [Theory]
    [InlineData("a-src-delta-vhd", "incremental")]
    [InlineData("b-src-full-xva", "full")]
    public async Task Mirror_GoldenSet_DestinationHasTheDigestsOfTheManifest(string set, string mode)
    {
        using var folder = new TemporaryFolder();
        var (source, destination) = Unpack(folder, set);

        var run = await CliRun.RunAsync("mirror", "--source", source, "--destination", destination, "--mode", mode, "--retention", "10", "--json");

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Empty(run.Error);
        Assert.Equal(RepositoryFixture.Vms(set).Count, run.Json()["vms"]!.AsArray().Count);
        Assert.Equal(await DigestsAsync(source), await DigestsAsync(destination));
        Assert.Equal(0, (await CliRun.RunAsync("verify", destination)).ExitCode);
    }

    [Fact]
    public async Task Mirror_SecondRun_HasNothingToDo()
    {
        using var folder = new TemporaryFolder();
        var (source, destination) = Unpack(folder, "a-src-delta-vhd", "4ff8e6e5-b233-491e-bab2-3883e3e77fb4");
        string[] command = ["mirror", "--source", source, "--destination", destination, "--mode", "incremental", "--retention", "5", "--json"];

        var first = await CliRun.RunAsync(command);
        var second = await CliRun.RunAsync(command);

        Assert.True(first.ExitCode == 0, first.Output + first.Error);
        Assert.True(second.ExitCode == 0, second.Output + second.Error);
        Assert.True((long)first.Json()["bytesWritten"]! > 0);
        Assert.Equal(0, (long)second.Json()["bytesWritten"]!);
    }

    [Theory]
    [InlineData("useVhdDirectory=true", """["brotli"]""")]
    [InlineData("useVhdDirectory=true&vhdDirectoryCompression=gzip", """["gzip"]""")]
    [InlineData("useVhdDirectory=true&vhdDirectoryCompression=none", null)]
    public async Task Mirror_DestinationUsesVhdDirectories_HasTheDigestsInThisForm(string options, string? filters)
    {
        using var folder = new TemporaryFolder();
        var (source, destination) = Unpack(folder, "a-src-delta-vhd", "4ff8e6e5-b233-491e-bab2-3883e3e77fb4");

        var run = await CliRun.RunAsync("mirror", "--source", source, "--destination", $"{destination}?{options}", "--mode", "incremental", "--retention", "10");

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Equal(await DigestsAsync(source), await DigestsAsync(destination));
        var directories = Directory.GetDirectories(folder["destination"], "*.vhd", SearchOption.AllDirectories);
        Assert.NotEmpty(directories);
        Assert.All(directories, directory => Assert.Equal(
            filters, File.Exists(Path.Combine(directory, "chunk-filters.json")) ? File.ReadAllText(Path.Combine(directory, "chunk-filters.json")) : null));
    }

    [Theory]
    [InlineData("unauthenticated")]
    [InlineData("always")]
    [InlineData("never")]
    public async Task Mirror_PassThroughCheck_KeepsTheDigests(string check)
    {
        using var folder = new TemporaryFolder();
        var (source, destination) = Unpack(folder, "a-src-delta-vhd", "4ff8e6e5-b233-491e-bab2-3883e3e77fb4");

        var run = await CliRun.RunAsync(
            "mirror", "--source", source, "--destination", destination, "--mode", "incremental", "--retention", "10", "--pass-through-check", check);

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Equal(await DigestsAsync(source), await DigestsAsync(destination));
    }

    [Fact]
    public async Task Mirror_PassThroughCheckThatIsNotKnown_IsWrongUsage()
    {
        var run = await CliRun.RunAsync("mirror", "--source", "/a", "--destination", "/b", "--mode", "full", "--retention", "1", "--pass-through-check", "none");

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("--pass-through-check: found \"none\"; expected unauthenticated, always, never.", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--health-check")]
    [InlineData("--health-check=xxhash128")]
    [InlineData("--health-check=sha256")]
    public async Task Mirror_HealthCheck_ReadsTheLastPointBackAndSaysSo(string option)
    {
        using var folder = new TemporaryFolder();
        var (source, destination) = Unpack(folder, "a-src-delta-vhd", "4ff8e6e5-b233-491e-bab2-3883e3e77fb4");

        var run = await CliRun.RunAsync("mirror", "--source", source, "--destination", destination, option, "--mode", "incremental", "--retention", "10");

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Matches("health check of [0-9]{8}T[0-9]{6}Z: succeeded", run.Output);
    }

    [Fact]
    public async Task Mirror_HealthCheckByAnUnknownAlgorithm_IsWrongUsage()
    {
        var run = await CliRun.RunAsync("mirror", "--source", "/a", "--destination", "/b", "--mode", "full", "--retention", "1", "--health-check=md5");

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains("--health-check: found \"md5\"; expected nothing, xxhash128, or sha256.", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("useVhdDirectory=yes", "useVhdDirectory")]
    [InlineData("useVhdDirectroy=true", "useVhdDirectroy")]
    [InlineData("useVhdDirectory=true&vhdDirectoryCompression=zstd", "zstd")]
    [InlineData("vhdDirectoryCompression=gzip", "useVhdDirectory=true")]
    public async Task Mirror_CompressionThatMakesNoSense_IsWrongUsage(string options, string expected)
    {
        using var folder = new TemporaryFolder();
        var (source, destination) = Unpack(folder, "a-src-delta-vhd", "4ff8e6e5-b233-491e-bab2-3883e3e77fb4");

        var run = await CliRun.RunAsync("mirror", "--source", source, "--destination", $"{destination}?{options}", "--mode", "incremental", "--retention", "10");

        Assert.Equal(ExitCode.Usage, run.ExitCode);
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--source")]
    [InlineData("--destination")]
    public async Task Mirror_RemoteIsAFile_SaysWhichAndChangesNothing(string which)
    {
        using var folder = new TemporaryFolder();
        var (source, destination) = Unpack(folder, "a-src-delta-vhd", "4ff8e6e5-b233-491e-bab2-3883e3e77fb4");
        await File.WriteAllTextAsync(folder["a-file"], "kept", TestContext.Current.CancellationToken);
        var file = new Uri(folder["a-file"]).AbsoluteUri;

        var run = await CliRun.RunAsync(
            "mirror", "--source", which == "--source" ? file : source, "--destination", which == "--source" ? destination : file, "--mode", "incremental", "--retention", "5");

        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("a-file", run.Error, StringComparison.Ordinal);
        Assert.Contains("directory", run.Error, StringComparison.Ordinal);
        Assert.Equal("kept", await File.ReadAllTextAsync(folder["a-file"], TestContext.Current.CancellationToken));
        Assert.False(Directory.Exists(folder["destination"]));
    }

    [Fact]
    public async Task Mirror_DryRun_ShowsThePlanAndWritesNothing()
    {
        using var folder = new TemporaryFolder();
        var (source, destination) = Unpack(folder, "a-src-delta-vhd", "4ff8e6e5-b233-491e-bab2-3883e3e77fb4");

        var run = await CliRun.RunAsync(
            "mirror", "--source", source, "--destination", destination, "--mode", "incremental", "--retention", "5", "--dry-run", "--json");

        Assert.Equal(0, run.ExitCode);
        var plan = Assert.Single(run.Json()["plans"]!.AsArray())!["destinations"]![0]!;
        Assert.Equal(["transfer", "transfer"], plan["steps"]!.AsArray().Select(step => (string)step!["kind"]!));
        Assert.False(Directory.Exists(folder["destination"]));
    }

    [Fact]
    public async Task Plan_Urls_IsWhatMirrorWouldDo()
    {
        using var folder = new TemporaryFolder();
        var (source, destination) = Unpack(folder, "a-src-delta-vhd", "0e243b7c-2218-47d3-934d-90bac1a691d6");

        var run = await CliRun.RunAsync("plan", "--source-url", source, "--destination-url", destination, "--retention", "2", "--json");

        Assert.Equal(0, run.ExitCode);
        var plan = Assert.Single(run.Json()["plans"]!.AsArray())!;
        Assert.Equal("Cde", (string)plan["source"]!);
        Assert.Equal("De", (string)plan["destinations"]![0]!["result"]!);
    }

    [Fact]
    public async Task Mirror_OneDestinationIsNotThere_TheOtherIsCompletedAndTheExitCodeIs1()
    {
        using var folder = new TemporaryFolder();
        var (source, destination) = Unpack(folder, "a-src-delta-vhd", "4ff8e6e5-b233-491e-bab2-3883e3e77fb4");

        var run = await CliRun.RunAsync(
            "mirror", "--source", source, "--destination", "file:///there/is/no/such/folder", "--destination", destination, "--mode", "incremental", "--retention", "5", "--json");

        Assert.Equal(1, run.ExitCode);
        var missing = run.Json()["vms"]![0]!["destinations"]![0]!;
        Assert.Equal(("Failed", "MB2102"), ((string)missing["outcome"]!, (string)missing["error"]!["code"]!));
        Assert.Contains("/there/is/no/such/folder", (string)missing["error"]!["message"]!, StringComparison.Ordinal);
        Assert.Equal(await DigestsAsync(source), await DigestsAsync(destination));
    }

    [Fact]
    public async Task Mirror_DestinationIsTheSource_IsExitCode1AndSaysSo()
    {
        using var folder = new TemporaryFolder();
        var (source, _) = Unpack(folder, "a-src-delta-vhd", "4ff8e6e5-b233-491e-bab2-3883e3e77fb4");

        var run = await CliRun.RunAsync("mirror", "--source", source, "--destination", source, "--mode", "incremental", "--retention", "5", "--json");

        Assert.Equal(1, run.ExitCode);
        Assert.StartsWith("MB5001: ", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Mirror_Repair_SendsTheBrokenArchiveAgain()
    {
        using var folder = new TemporaryFolder();
        var (source, destination) = Unpack(folder, "b-src-full-xva", "1916e9de-0143-4638-bb85-4976b7f7ce57");
        string[] command = ["mirror", "--source", source, "--destination", destination, "--mode", "full", "--retention", "10", "--json"];
        await CliRun.RunAsync(command);
        var archives = Directory.GetFiles(folder["destination"], "*.xva", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToArray();
        File.Delete(archives[0]);
        var bytes = await File.ReadAllBytesAsync(archives[1], TestContext.Current.CancellationToken);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(archives[1], bytes, TestContext.Current.CancellationToken);

        var plain = await CliRun.RunAsync(command);
        var repair = await CliRun.RunAsync([.. command, "--repair"]);
        var deep = await CliRun.RunAsync([.. command, "--repair=deep"]);

        Assert.Equal([0, 0, 0], [plain.ExitCode, repair.ExitCode, deep.ExitCode]);
        Assert.Equal(["", "replace", "replace"], new[] { plain, repair, deep }.Select(StepsOf));
        Assert.Equal(await DigestsAsync(source), await DigestsAsync(destination));
        Assert.Equal(0, (await CliRun.RunAsync("verify", destination)).ExitCode);
    }

    [Theory]
    [InlineData("mirror", "--source", "file:///a", "--destination", "file:///b", "--mode", "full", "--retention", "1", "--repair=shallow")]
    [InlineData("mirror", "--source", "file:///a", "--mode", "full", "--retention", "1")]
    [InlineData("mirror", "--source", "file:///a", "--destination", "file:///b", "--retention", "1")]
    [InlineData("mirror", "--source", "file:///a", "--destination", "file:///b", "--mode", "full", "--retention", "0")]
    [InlineData("mirror", "--source", "file:///a", "--destination", "file:///b", "--mode", "full")]
    [InlineData("plan", "--source", "A", "--source-url", "file:///a", "--retention", "1")]
    [InlineData("plan", "--source-url", "file:///a", "--retention", "1")]
    public async Task Run_WrongUsage_IsExitCode2(params string[] args)
    {
        var run = await CliRun.RunAsync(args);

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    private static (string Source, string Destination) Unpack(TemporaryFolder folder, string set, string? vm = null)
    {
        Directory.CreateDirectory(folder["source"]);
        GoldenData.UnpackSet(set, folder["source"], vm);
        return ("file://" + folder["source"], "file://" + folder["destination"]);
    }

    private static string StepsOf(CliRun run) =>
        string.Join(", ", run.Json()["vms"]![0]!["destinations"]![0]!["steps"]!.AsArray().Select(step => (string)step!["kind"]!));

    private static async Task<string> DigestsAsync(string url) => (await CliRun.RunAsync("digest", url, "--json")).Json().ToJsonString();
}
