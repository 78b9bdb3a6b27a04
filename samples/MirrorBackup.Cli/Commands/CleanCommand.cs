using System.CommandLine;
using MirrorBackup.Repositories.Cleaning;

namespace MirrorBackup.Cli.Commands;

/// <summary><c>clean</c>: lists what interrupted work left in a repository and, with <c>--repair</c>, puts it right.</summary>
internal static class CleanCommand
{
    private const int MaximumHours = 24 * 3650;

    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var url = RepositoryAccess.UrlArgument();
        var repair = new Option<bool>("--repair") { Description = "Finish, correct and remove what certainly may be; without it nothing is written." };
        var quarantine = new Option<bool>("--quarantine") { Description = "With --repair: move to .mirrorbackup/quarantine what would be deleted." };
        var vms = new Option<string[]>("--vm") { Description = "Only this VM; may be given several times." };
        var age = new Option<double>("--minimum-age")
        {
            Description = "Hours that a thing must not have changed before it is removed.",
            DefaultValueFactory = static _ => 24,
        };
        var json = JsonDocumentOption.Create();
        var command = new Command("clean", "List what interrupted work left in a repository, and put it right if told to; exit code 1 if anything is left.")
        {
            url, repair, quarantine, vms, age, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var hours = parsed.GetValue(age);
            if (!(hours is >= 0 and <= MaximumHours))
            {
                throw new UsageException($"Found --minimum-age {hours}; expected hours between 0 and {MaximumHours}.");
            }

            var options = new CleaningOptions
            {
                Repair = parsed.GetValue(repair),
                Quarantine = parsed.GetValue(quarantine),
                VmIds = parsed.GetValue(vms) is { Length: > 0 } only ? only : null,
                MinimumAge = TimeSpan.FromHours(hours),
            };
            if (options is { Quarantine: true, Repair: false })
            {
                throw new UsageException("Found --quarantine without --repair; expected both, since a quarantine changes the repository.");
            }

            await using var access = await RepositoryAccess.OpenAsync(parsed.GetRequiredValue(url), cancellationToken, mayChange: options.Repair);
            var report = await access.Repository.CleanAsync(options, null, cancellationToken);
            await (parsed.GetValue(json) ? terminal.Output.WriteLineAsync(CleaningReportJson.Write(report)) : ShowAsync(terminal.Output, report, options));
            return report.IsClean ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    private static async Task ShowAsync(TextWriter output, CleaningReport report, CleaningOptions options)
    {
        foreach (var finding in report.Findings)
        {
            var path = finding.Path.StartsWith('/') ? finding.Path : $"{finding.Vm}/{finding.Path}";
            await output.WriteLineAsync($"{JsonOutput.CamelCase(finding.Kind.ToString())}: {path}: {finding.Reason} [{OutcomeOf(finding, options)}]");
        }

        await output.WriteLineAsync(
            $"{report.VmCount} VMs, {report.Findings.Length} findings, {report.Findings.Count(static finding => !finding.IsSettled)} left, {Amount.OfBytes(report.RemovedBytes)} removed");
        if (report.Quarantine is { } quarantine)
        {
            await output.WriteLineAsync($"moved to {quarantine}");
        }
    }

    private static string OutcomeOf(CleaningFinding finding, CleaningOptions options) => finding.Action switch
    {
        CleaningAction.None when !options.Repair && finding.Remedy != CleaningRemedy.None => $"--repair would {JsonOutput.CamelCase(finding.Remedy.ToString())} it",
        CleaningAction.None => "left as it is",
        var done => JsonOutput.CamelCase(done.ToString()),
    };
}
