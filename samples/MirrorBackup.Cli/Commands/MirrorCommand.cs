using System.CommandLine;
using System.Diagnostics;
using MirrorBackup.Backups;
using MirrorBackup.Mirroring;
using Microsoft.Extensions.Logging;

namespace MirrorBackup.Cli.Commands;

/// <summary><c>mirror</c>: brings destinations up to date with a source, one run.</summary>
internal sealed class MirrorCommand
{
    private const string PeakMemoryVariable = "MIRRORBACKUP_PRINT_PEAK_MEMORY";

    private readonly Option<string> _source = new("--source") { Description = "The repository to read.", HelpName = "url", Required = true };
    private readonly Option<string[]> _destinations = new("--destination") { Description = "A repository to write; may be given several times.", HelpName = "url", Required = true };
    private readonly Option<BackupMode?> _mode = ModeOption.Create(required: true);
    private readonly Option<PassThroughCheck> _check = PassThroughCheckOption.Create();
    private readonly HealthCheckOption _healthCheck = new();
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Show the plans and write nothing." };
    private readonly Option<bool> _json = JsonDocumentOption.Create();
    private readonly JobOptions _job = new();
    private readonly Terminal _terminal;

    private MirrorCommand(Terminal terminal) => _terminal = terminal;

    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var mirror = new MirrorCommand(terminal);
        var command = new Command("mirror", "Bring one or more repositories up to date with a source, and keep there what the retention says.")
        {
            mirror._source, mirror._destinations, mirror._mode,
        };
        mirror._job.AddTo(command);
        command.Add(mirror._check);
        mirror._healthCheck.AddTo(command);
        command.Add(mirror._dryRun);
        command.Add(mirror._json);
        command.SetAction(mirror.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        _ = _job.ReadRetention(parsed); // wrong usage is answered before a remote is opened
        var isDryRun = parsed.GetValue(_dryRun);
        await using var remotes = await OpenRemotes.OpenAsync(
            parsed.GetRequiredValue(_source),
            parsed.GetRequiredValue(_destinations),
            isDryRun ? RemoteUrl.OpenPreviewAsync : RemoteUrl.OpenDestinationAsync,
            cancellationToken);
        using var logging = TerminalLogger.CreateFactory(_terminal, CommandLine.IsVerbose(parsed));
        var runner = new MirrorRunner(logging.CreateLogger<MirrorRunner>());
        var job = _job.CreateJob(
            parsed, parsed.GetValue(_mode)!.Value, remotes.Source, remotes.Destinations, parsed.GetValue(_check), _healthCheck.Read(parsed));

        return isDryRun
            ? await PlanOutput.WriteAsync(_terminal.Output, await runner.PlanAsync(job, cancellationToken), parsed.GetValue(_json))
            : await MirrorAsync(runner, job, parsed.GetValue(_json), cancellationToken);
    }

    private async Task<int> MirrorAsync(MirrorRunner runner, MirrorJob job, bool json, CancellationToken cancellationToken)
    {
        var report = await ProgressBar.ShowAsync(_terminal.Progress, progress => runner.RunAsync(job, progress, cancellationToken));
        if (json)
        {
            await _terminal.Output.WriteLineAsync(MirrorReportJson.Write(report));
        }
        else
        {
            await ReportOutput.WriteAsync(_terminal.Output, report);
        }

        if (Environment.GetEnvironmentVariable(PeakMemoryVariable) is { Length: > 0 })
        {
            using var process = Process.GetCurrentProcess();
            await _terminal.Error.WriteLineAsync($"peak resident memory: {process.PeakWorkingSet64 / 1024} KiB");
        }

        return report.IsSuccess ? ExitCode.Success : ExitCode.Failure;
    }
}
