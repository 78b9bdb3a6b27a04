using MirrorBackup.Golden;

namespace MirrorBackup.Cli.Tests;

public sealed class VerifyCommandTests(RepositoryFixture golden) : IClassFixture<RepositoryFixture>
{
    private const string Tiny = "4ff8e6e5-b233-491e-bab2-3883e3e77fb4";

    [Theory]
    [InlineData("a-src-delta-vhd")]
    [InlineData("b-src-full-xva")]
    public async Task Verify_GoldenSet_IsHealthy(string set)
    {
        var run = await CliRun.RunAsync("verify", golden.Url(set), "--json");

        Assert.Equal(0, run.ExitCode);
        var report = run.Json();
        var points = RepositoryFixture.Vms(set).Sum(vm => vm!["points"]!.AsArray().Count);
        Assert.True((bool)report["healthy"]!);
        Assert.Equal(points, (int)report["points"]!);
        Assert.Equal(points, (int)report["intactPoints"]!);
    }

    [Fact]
    public async Task Verify_KeyThatIsCutShort_IsExitCode1AndNamesTheFile()
    {
        using var folder = new TemporaryFolder();
        GoldenData.UnpackSet("a-src-delta-vhd", folder.Path, Tiny);
        var key = Directory.GetFiles(folder.Path, "20260105T010000Z.vhd", SearchOption.AllDirectories).Single();
        using (var file = File.OpenWrite(key))
        {
            file.SetLength(file.Length - 4096);
        }

        var run = await CliRun.RunAsync("verify", "file://" + folder.Path);

        Assert.Equal(1, run.ExitCode);
        var errors = run.Output.Split('\n').Where(line => line.StartsWith("error: ", StringComparison.Ordinal));
        Assert.Contains(errors, line => line.StartsWith($"error: {Tiny}/{Path.GetRelativePath(folder[$"xo-vm-backups/{Tiny}"], key)}: ", StringComparison.Ordinal));
        Assert.Contains("0 of 2 restore points intact", run.Output, StringComparison.Ordinal);
    }
}
