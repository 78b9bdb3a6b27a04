using System.CommandLine;
using System.Text.Json;
using MirrorBackup.Repositories;

namespace MirrorBackup.Cli.Commands;

/// <summary><c>verify</c>: reads everything of a repository and lists what is wrong.</summary>
internal sealed class VerifyCommand
{
    private readonly Argument<string> _url = RepositoryAccess.UrlArgument();
    private readonly Option<bool> _json = JsonDocumentOption.Create();
    private readonly Terminal _terminal;

    private VerifyCommand(Terminal terminal) => _terminal = terminal;

    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var verify = new VerifyCommand(terminal);
        var command = new Command("verify", "Read everything of a repository and list what is wrong; exit code 1 if a backup cannot be restored as it was.")
        {
            verify._url, verify._json,
        };
        command.SetAction(verify.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        await using var access = await RepositoryAccess.OpenAsync(parsed.GetRequiredValue(_url), cancellationToken);
        var report = await RepositoryVerifier.VerifyAsync(access.Repository, cancellationToken: cancellationToken);
        if (parsed.GetValue(_json))
        {
            await JsonOutput.WriteAsync(_terminal.Output, writer => Write(writer, report));
        }
        else
        {
            await ShowAsync(report);
        }

        return report.IsHealthy ? ExitCode.Success : ExitCode.Failure;
    }

    private async Task ShowAsync(VerificationReport report)
    {
        foreach (var finding in report.Findings)
        {
            await _terminal.Output.WriteLineAsync($"{SeverityOf(finding)}: {finding.Vm}/{finding.Path}: {finding.Message}");
        }

        await _terminal.Output.WriteLineAsync(
            $"{report.VmCount} VMs, {report.IntactPointCount} of {report.PointCount} restore points intact, {Amount.OfBytes(report.BytesRead)} read");
    }

    private static void Write(Utf8JsonWriter writer, VerificationReport report)
    {
        writer.WriteStartObject();
        writer.WriteBoolean("healthy", report.IsHealthy);
        writer.WriteNumber("vms", report.VmCount);
        writer.WriteNumber("points", report.PointCount);
        writer.WriteNumber("intactPoints", report.IntactPointCount);
        writer.WriteNumber("bytesRead", report.BytesRead);
        writer.WriteStartArray("findings");
        foreach (var finding in report.Findings)
        {
            writer.WriteStartObject();
            writer.WriteString("severity", SeverityOf(finding));
            writer.WriteString("kind", JsonOutput.CamelCase(finding.Kind.ToString()));
            writer.WriteString("vm", finding.Vm);
            writer.WriteString("path", finding.Path);
            writer.WriteString("message", finding.Message);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static string SeverityOf(VerificationFinding finding) => JsonOutput.CamelCase(finding.Severity.ToString());
}
