using System.CommandLine;
using MirrorBackup.Backups;
using MirrorBackup.Planning;

namespace MirrorBackup.Cli.Commands;

/// <summary><c>plan</c>: what a mirror would do and why, for chains in letters or for real repositories; nothing is written anywhere.</summary>
internal sealed class PlanCommand
{
    private readonly Option<string?> _source = new("--source") { Description = "The source in letters, such as Cde: upper case = key, lower case = delta.", HelpName = "letters" };
    private readonly Option<string?> _destination = new("--destination") { Description = "The destination in letters, such as Abcd; by default empty.", HelpName = "letters" };
    private readonly Option<BackupMode?> _mode = ModeOption.Create(required: false);
    private readonly Option<bool> _deleteFirst = new("--delete-first") { Description = "Make room before sending, not after it." };
    private readonly Option<bool> _noSkip = new("--no-skip-superseded") { Description = "Also send what the retention removes before the run ends." };
    private readonly Option<bool> _json = JsonDocumentOption.Create();
    private readonly RetentionOptions _retention = new();
    private readonly Terminal _terminal;

    private PlanCommand(Terminal terminal) => _terminal = terminal;

    /// <summary>Makes the command.</summary>
    public static Command Create(Terminal terminal)
    {
        var plan = new PlanCommand(terminal);
        var command = new Command("plan", "Show what a mirror would do, step by step and with reasons; nothing is written.")
        {
            plan._source, plan._destination, plan._mode, plan._deleteFirst, plan._noSkip, plan._json,
        };
        plan._retention.AddTo(command);
        command.SetAction(plan.RunAsync);
        return command;
    }

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var options = new PlanningOptions { DeleteFirst = parsed.GetValue(_deleteFirst), SkipSuperseded = !parsed.GetValue(_noSkip) };
        var source = parsed.GetValue(_source) ?? throw new UsageException("--source: found none; expected letters such as Cde.");
        var plan = LetterPlan.Create(
            source, parsed.GetValue(_destination) ?? "", parsed.GetValue(_mode), _retention.Read(parsed), options, TimeProvider.System.GetUtcNow());
        var destination = plan.Destinations[0];
        await _terminal.Output.WriteLineAsync(parsed.GetValue(_json) ? destination.ToJson() : destination.Explain().TrimEnd());
        return destination.Conflicts.IsEmpty ? ExitCode.Success : ExitCode.Failure;
    }
}
