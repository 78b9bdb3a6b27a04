namespace MirrorBackup.Cli.Tests;

public sealed class PlanCommandTests
{
    // The scenarios that Xen Orchestra's documentation describes: source retention 3, destination retention 4.
    [Theory]
    [InlineData("ABC", "", "transfer A, transfer B, transfer C", "ABC")]
    [InlineData("BCD", "ABC", "transfer D", "ABCD")]
    [InlineData("CDE", "ABCD", "transfer E, unlist A, delete A", "BCDE")]
    [InlineData("IJK", "BCDE", "transfer I, unlist B, delete B, transfer J, unlist C, delete C, transfer K, unlist D, delete D", "EIJK")]
    [InlineData("Abc", "", "transfer A, transfer b, transfer c", "Abc")]
    [InlineData("Bcd", "Abc", "transfer d", "Abcd")]
    [InlineData("Cde", "Abcd", "transfer e, unlist A, merge A into b", "Bcde")]
    [InlineData("Ijk", "Bcde", "transfer I, unlist B, transfer j, unlist c, transfer k, unlist d, merge B c d into e", "EIjk")]
    public async Task Plan_DocumentedScenario_JsonHasTheDocumentedSteps(string source, string destination, string steps, string result)
    {
        var run = await CliRun.RunAsync("plan", "--source", source, "--destination", destination, "--retention", "4", "--json");

        Assert.Equal(0, run.ExitCode);
        Assert.Empty(run.Error);
        var plan = run.Json();
        var told = plan["steps"]!.AsArray().Select(step =>
            $"{step!["kind"]} {string.Join(' ', step["backups"]!.AsArray())}{(step["into"] is { } into ? $" into {into}" : "")}");
        Assert.Equal(steps, string.Join(", ", told));
        Assert.All(plan["steps"]!.AsArray(), step => Assert.NotEmpty((string)step!["reason"]!));
        Assert.Empty(plan["conflicts"]!.AsArray());
        Assert.Equal(result, (string)plan["result"]!);
    }

    [Fact]
    public async Task Plan_WithoutJson_TellsEachStepAndTheResult()
    {
        var run = await CliRun.RunAsync("plan", "--source", "Cde", "--destination", "Abcd", "--retention", "4");

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Abcd -> Bcde", run.Output, StringComparison.Ordinal);
        Assert.Contains("transfer e", run.Output, StringComparison.Ordinal);
        Assert.Contains("merge A into b", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_UpperCaseOnly_IsFullModeUnlessToldOtherwise()
    {
        var full = await CliRun.RunAsync("plan", "--source", "AB", "--retention", "1", "--json");
        var incremental = await CliRun.RunAsync("plan", "--source", "AB", "--retention", "1", "--mode", "incremental", "--json");

        Assert.Equal("B", (string)full.Json()["result"]!);
        Assert.Equal("B", (string)incremental.Json()["result"]!);
        Assert.Contains("skip A", Steps(full), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Plan_NoSkipSuperseded_SendsWhatIsRetiredLater()
    {
        var skipping = await CliRun.RunAsync("plan", "--source", "ABC", "--retention", "2", "--json");
        var all = await CliRun.RunAsync("plan", "--source", "ABC", "--retention", "2", "--no-skip-superseded", "--json");

        Assert.DoesNotContain("transfer A", Steps(skipping), StringComparison.Ordinal);
        Assert.Contains("transfer A", Steps(all), StringComparison.Ordinal);
        Assert.Equal((string)skipping.Json()["result"]!, (string)all.Json()["result"]!);
    }

    [Fact]
    public async Task Plan_DeleteFirst_UnlistsBeforeTheTransfer()
    {
        var run = await CliRun.RunAsync("plan", "--source", "CDE", "--destination", "ABCD", "--retention", "4", "--delete-first", "--json");

        Assert.Equal("unlist A, delete A, transfer E", Steps(run));
    }

    [Fact]
    public async Task Plan_UnreadableSourcePoint_IsAConflictAndExitCode1()
    {
        var run = await CliRun.RunAsync("plan", "--source", "Ab!c", "--destination", "A", "--mode", "incremental", "--retention", "4", "--json");

        Assert.Equal(1, run.ExitCode);
        Assert.NotEmpty(run.Json()["conflicts"]!.AsArray());
    }

    [Fact]
    public async Task Plan_Repair_HealsWhatIsOlderThanTheNewestInCommon()
    {
        string[] command = ["plan", "--source", "AbcDe", "--destination", "Ab!cDe", "--retention", "9", "--json"];

        var plain = await CliRun.RunAsync(command);
        var repair = await CliRun.RunAsync([.. command, "--repair"]);

        Assert.Empty(plain.Json()["steps"]!.AsArray());
        Assert.Equal("replace b", Steps(repair));
        Assert.StartsWith("repair: ", (string)repair.Json()["steps"]![0]!["reason"]!, StringComparison.Ordinal);
        Assert.Equal("AbcDe", (string)repair.Json()["result"]!);
        Assert.Equal((0, 0), (plain.ExitCode, repair.ExitCode));
    }

    [Fact]
    public async Task Plan_RepairOfWhatTheSourceLacks_IsAConflictAndExitCode1()
    {
        var run = await CliRun.RunAsync("plan", "--source", "CD", "--destination", "AB!CD", "--retention", "9", "--repair", "--json");

        Assert.Equal(1, run.ExitCode);
        var conflict = Assert.Single(run.Json()["conflicts"]!.AsArray())!;
        Assert.Equal("notOnSource", (string)conflict["kind"]!);
        Assert.Equal(["B"], conflict["backups"]!.AsArray().Select(letter => (string)letter!));
    }

    [Theory]
    [InlineData("plan", "--source", "Ab", "--retention", "0")]
    [InlineData("plan", "--source", "A?b", "--retention", "2")]
    [InlineData("plan", "--source", "Ab")]
    [InlineData("plan", "--retention", "2")]
    [InlineData("plan", "--source", "Ab", "--retention", "two")]
    [InlineData("plan", "--source", "Ab", "--retention", "2", "--mode", "differential")]
    [InlineData("plan", "--source", "Ab", "--retention", "2", "--long-term", "daily=7")]
    [InlineData("plan", "--source", "Ab", "--retention", "2", "--long-term", "hourly=7", "--time-zone", "Europe/Paris")]
    [InlineData("plan", "--source", "Ab", "--retention", "2", "--long-term", "daily", "--time-zone", "Europe/Paris")]
    [InlineData("plan", "--source", "Ab", "--retention", "2", "--long-term", "daily=7", "--time-zone", "Moon/Crater")]
    [InlineData("plan", "--source", "Ab", "--retention", "2", "--unknown")]
    [InlineData("unknown")]
    public async Task Run_WrongUsage_IsExitCode2AndOneLine(params string[] args)
    {
        var run = await CliRun.RunAsync(args);

        Assert.Equal(2, run.ExitCode);
        Assert.Empty(run.Output);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    private static string Steps(CliRun run) =>
        string.Join(", ", run.Json()["steps"]!.AsArray().Select(step => $"{step!["kind"]} {string.Join(' ', step["backups"]!.AsArray())}"));
}
