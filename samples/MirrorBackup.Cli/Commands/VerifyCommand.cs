using System.CommandLine;
using System.Text.Json;
using MirrorBackup.Repositories;

namespace MirrorBackup.Cli.Commands;

/// <summary><c>verify</c>: reads everything of a repository and lists what is wrong.</summary>
internal static class VerifyCommand
{
    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal) => RepositoryCommand.Create(
        "verify",
        "Read everything of a repository and list what is wrong; exit code 1 if a backup cannot be restored as it was.",
        async (repository, json, cancellationToken) =>
        {
            var report = await RepositoryVerifier.VerifyAsync(repository, cancellationToken: cancellationToken);
            if (json)
            {
                await JsonOutput.WriteAsync(terminal.Output, writer => Write(writer, report));
            }
            else
            {
                await ShowAsync(terminal.Output, report);
            }

            return report.IsHealthy ? ExitCode.Success : ExitCode.Failure;
        });

    private static async Task ShowAsync(TextWriter output, VerificationReport report)
    {
        foreach (var finding in report.Findings)
        {
            await output.WriteLineAsync($"{SeverityOf(finding)}: {finding.Vm}/{finding.Path}: {finding.Message}");
        }

        await output.WriteLineAsync(
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
