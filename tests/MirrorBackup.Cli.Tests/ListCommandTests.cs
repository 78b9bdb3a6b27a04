namespace MirrorBackup.Cli.Tests;

public sealed class ListCommandTests(RepositoryFixture golden) : IClassFixture<RepositoryFixture>
{
    [Theory]
    [InlineData("a-src-delta-vhd", "incremental")]
    [InlineData("b-src-full-xva", "full")]
    public async Task List_GoldenSet_JsonHasEveryPointOfTheManifest(string set, string mode)
    {
        var run = await CliRun.RunAsync("list", golden.Url(set), "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
        var listed = run.Json().AsArray().SelectMany(vm => vm!["points"]!.AsArray().Select(point =>
            ((string)vm["vm"]!, (string)vm["name"]!, (long)point!["timestamp"]!, (string)point["mode"]!, (bool)point["restorable"]!)));
        var expected = RepositoryFixture.Vms(set).SelectMany(vm => vm!["points"]!.AsArray().Select(point =>
            ((string)vm["uuid"]!, (string)vm["name"]!, (long)point!["timestamp"]!, mode, true)));
        Assert.Equal(expected.Order(), listed.Order());
    }

    [Fact]
    public async Task List_DiskOfTheGoldenSet_JsonSaysKeyOrDeltaAndItsSize()
    {
        var run = await CliRun.RunAsync("list", golden.Url("a-src-delta-vhd"), "--json");

        var listed = run.Json().AsArray().SelectMany(vm => vm!["points"]!.AsArray().SelectMany(point => point!["disks"]!.AsArray().Select(disk =>
            ((string)vm["vm"]!, (string)disk!["path"]!, (string)disk["kind"]!, (long)disk["virtualSize"]!))));
        var expected = RepositoryFixture.Vms("a-src-delta-vhd").SelectMany(vm => vm!["points"]!.AsArray().SelectMany(point => point!["disks"]!.AsArray().Select(disk =>
            ((string)vm["uuid"]!, (string)disk!["path"]!, (string)disk["type"]!, (long)disk["virtualSize"]!))));
        Assert.Equal(expected.Order(), listed.Order());
    }

    [Fact]
    public async Task List_WithoutJson_NamesEachVmWithItsLetters()
    {
        var run = await CliRun.RunAsync("list", golden.Url("a-src-delta-vhd"));

        Assert.Equal(0, run.ExitCode);
        foreach (var vm in RepositoryFixture.Vms("a-src-delta-vhd"))
        {
            Assert.Contains($"{vm!["name"]}  {vm["uuid"]}", run.Output, StringComparison.Ordinal);
        }

        Assert.Contains("rolled  0e243b7c-2218-47d3-934d-90bac1a691d6  Cde", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_FolderThatIsNotThere_IsExitCode1AndOneLineThatNamesIt()
    {
        var run = await CliRun.RunAsync("list", "file:///there/is/no/such/folder", "--json");

        Assert.Equal(1, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.StartsWith("MB2101: ", run.Error, StringComparison.Ordinal);
        Assert.Contains("/there/is/no/such/folder", run.Error, StringComparison.Ordinal);
    }
}
