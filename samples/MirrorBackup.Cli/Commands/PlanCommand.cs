using System.CommandLine;
using MirrorBackup.Backups;
using MirrorBackup.Mirroring;
using MirrorBackup.Planning;

namespace MirrorBackup.Cli.Commands;

/// <summary><c>plan</c>: what a mirror would do and why, for chains in letters or for real repositories; nothing is written anywhere.</summary>
internal sealed class PlanCommand
{
    private readonly Option<string?> _source = new("--source") { Description = "The source in letters, such as Cde: upper case = key, lower case = delta.", HelpName = "letters" };
    private readonly Option<string?> _destination = new("--destination") { Description = "The destination in letters, such as Abcd; by default empty.", HelpName = "letters" };
    private readonly Option<string?> _sourceUrl = new("--source-url") { Description = "The source as a repository, instead of letters.", HelpName = "url" };
    private readonly Option<string[]> _destinationUrls = new("--destination-url") { Description = "A destination as a repository; may be given several times.", HelpName = "url" };
    private readonly Option<BackupMode?> _mode = ModeOption.Create(required: false);
    private readonly Option<bool> _json = JsonDocumentOption.Create();
    private readonly JobOptions _job = new();
    private readonly Terminal _terminal;

    private PlanCommand(Terminal terminal) => _terminal = terminal;

    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var plan = new PlanCommand(terminal);
        var command = new Command("plan", "Show what a mirror would do, step by step and with reasons; nothing is written.")
        {
            plan._source, plan._destination, plan._sourceUrl, plan._destinationUrls, plan._mode,
        };
        plan._job.AddTo(command);
        command.Add(plan._json);
        command.SetAction(plan.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (letters, url) = (parsed.GetValue(_source), parsed.GetValue(_sourceUrl));
        var destinations = parsed.GetValue(_destinationUrls) ?? [];
        return (letters, url) switch
        {
            (not null, null) when destinations.Length == 0 => await PlanLettersAsync(parsed, letters),
            (null, not null) when destinations.Length > 0 => await PlanUrlsAsync(parsed, url, destinations, cancellationToken),
            _ => throw new UsageException("Expected either --source with letters, or --source-url with at least one --destination-url."),
        };
    }

    private async Task<int> PlanLettersAsync(ParseResult parsed, string source)
    {
        var plan = LetterPlan.Create(
            source,
            parsed.GetValue(_destination) ?? "",
            parsed.GetValue(_mode),
            _job.ReadRetention(parsed),
            _job.ReadPlanning(parsed),
            TimeProvider.System.GetUtcNow());
        var destination = plan.Destinations[0];
        await _terminal.Output.WriteLineAsync(parsed.GetValue(_json) ? destination.ToJson() : destination.Explain().TrimEnd());
        return destination.Conflicts.IsEmpty ? ExitCode.Success : ExitCode.Failure;
    }

    private async Task<int> PlanUrlsAsync(ParseResult parsed, string source, string[] destinations, CancellationToken cancellationToken)
    {
        _ = _job.ReadRetention(parsed); // wrong usage is answered before a remote is opened
        await using var remotes = await OpenRemotes.OpenAsync(source, destinations, RemoteUrl.OpenPreviewAsync, cancellationToken);
        var runner = new MirrorRunner();
        var plans = new List<MirrorPlan>();
        foreach (var mode in parsed.GetValue(_mode) is { } only ? [only] : Enum.GetValues<BackupMode>())
        {
            plans.AddRange(await runner.PlanAsync(_job.CreateJob(parsed, mode, remotes.Source, remotes.Destinations), cancellationToken));
        }

        return await PlanOutput.WriteAsync(_terminal.Output, plans, parsed.GetValue(_json));
    }
}
