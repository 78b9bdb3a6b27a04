using System.Text.Json;
using System.Text.Json.Nodes;

namespace MirrorBackup.Cli.Tests;

/// <summary>What a command line left behind.</summary>
internal sealed record CliRun(int ExitCode, string Output, string Error)
{
    /// <summary>Runs a command line inside the test's process.</summary>
    public static async Task<CliRun> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(args, new Terminal(output, error), TestContext.Current.CancellationToken);
        return new CliRun(code, output.ToString(), error.ToString());
    }

    /// <summary>Standard output as the one JSON document that it must be.</summary>
    public JsonNode Json()
    {
        var reader = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(Output), new JsonReaderOptions { AllowMultipleValues = false });
        return JsonNode.Parse(ref reader) ?? throw new InvalidDataException("Standard output is the JSON document null.");
    }
}
