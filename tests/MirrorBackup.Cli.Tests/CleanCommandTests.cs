using System.Text.Json.Nodes;
using MirrorBackup.Golden;

namespace MirrorBackup.Cli.Tests;

public sealed class CleanCommandTests : IDisposable
{
    private const string Vm = "62b3453c-2f2f-4d11-9850-54bf21d4a171";

    private readonly TemporaryFolder _folder = new();

    public CleanCommandTests() => GoldenData.UnpackSet("f1-faults-vhd-file", _folder.Path, Vm);

    private string Url => "file://" + _folder.Path;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Clean_HealthyRepository_IsExitCode0()
    {
        var run = await CliRun.RunAsync("clean", Url);

        Assert.Equal((0, "1 VMs, 0 findings, 0 left, 0 B removed"), (run.ExitCode, run.Output.Trim()));
    }

    [Fact]
    public async Task Clean_WithoutRepair_NamesTheLeftoverAndKeepsIt()
    {
        var leftover = AddLeftover();

        var run = await CliRun.RunAsync("clean", Url);

        Assert.Equal(1, run.ExitCode);
        Assert.Contains($"temporaryFile: {Vm}/.1767574800000.x.xva: A file that was being written. [--repair would remove it]", run.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(leftover));
        Assert.False(Directory.Exists(_folder[$"xo-vm-backups/{Vm}.lock"]));
    }

    [Fact]
    public async Task Clean_WithRepair_RemovesTheLeftoverAndIsExitCode0()
    {
        var leftover = AddLeftover();

        var run = await CliRun.RunAsync("clean", Url, "--repair", "--json");

        Assert.Equal(0, run.ExitCode);
        var report = run.Json();
        var finding = Assert.Single(report["findings"]!.AsArray())!;
        Assert.Equal(("temporaryFile", "remove", "deleted", 3), ((string)finding["kind"]!, (string)finding["remedy"]!, (string)finding["action"]!, (int)finding["bytes"]!));
        Assert.Equal((true, 1, 3), ((bool)report["isClean"]!, (int)report["vmCount"]!, (int)report["removedBytes"]!));
        Assert.False(File.Exists(leftover));
    }

    [Fact]
    public async Task Clean_YoungLeftover_StaysUntilTheAgeIsGiven()
    {
        var leftover = AddLeftover();
        File.SetLastWriteTimeUtc(leftover, DateTime.UtcNow);

        var kept = await CliRun.RunAsync("clean", Url, "--repair");

        Assert.Equal(1, kept.ExitCode);
        Assert.Contains("Kept: it changed less than 24 h ago. [skipped]", kept.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(leftover));
        Assert.Equal(0, (await CliRun.RunAsync("clean", Url, "--repair", "--minimum-age", "0")).ExitCode);
        Assert.False(File.Exists(leftover));
    }

    [Fact]
    public async Task Clean_WithQuarantine_MovesTheLeftoverAndSaysWhere()
    {
        var leftover = AddLeftover();

        var run = await CliRun.RunAsync("clean", Url, "--repair", "--quarantine");

        Assert.Equal(0, run.ExitCode);
        var place = run.Output.Split('\n').Single(static line => line.StartsWith("moved to ", StringComparison.Ordinal))["moved to ".Length..].Trim();
        Assert.False(File.Exists(leftover));
        Assert.True(File.Exists(_folder[$"{place}/{Vm}/files/.1767574800000.x.xva"]));
        var manifest = JsonNode.Parse(await File.ReadAllTextAsync(_folder[$"{place}/{Vm}/manifest.json"], TestContext.Current.CancellationToken))!;
        Assert.Equal($"xo-vm-backups/{Vm}/.1767574800000.x.xva", (string?)manifest["items"]![0]!["original"]);
    }

    [Fact]
    public async Task Clean_AnotherVm_LooksAtNothing()
    {
        var leftover = AddLeftover();

        var run = await CliRun.RunAsync("clean", Url, "--repair", "--vm", "another");

        Assert.Equal((0, "0 VMs, 0 findings, 0 left, 0 B removed"), (run.ExitCode, run.Output.Trim()));
        Assert.True(File.Exists(leftover));
    }

    [Theory]
    [InlineData("--quarantine")]
    [InlineData("--minimum-age", "-1")]
    [InlineData("--minimum-age", "NaN")]
    public async Task Clean_OptionsThatContradict_AreAUsageError(params string[] options)
    {
        var run = await CliRun.RunAsync(["clean", Url, .. options]);

        Assert.Equal(2, run.ExitCode);
        Assert.Contains("(see --help)", run.Error, StringComparison.Ordinal);
    }

    private string AddLeftover()
    {
        var path = _folder[$"xo-vm-backups/{Vm}/.1767574800000.x.xva"];
        File.WriteAllText(path, "xva");
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-2));
        return path;
    }
}
