using System.CommandLine;
using System.CommandLine.Parsing;
using MirrorBackup.Cli.Commands;

namespace MirrorBackup.Cli;

/// <summary>The program: parses, runs one command, and turns every outcome into an exit code and, if it went wrong, one line.</summary>
internal static class CommandLine
{
    private static readonly Option<bool> s_verbose = new("--verbose")
    {
        Description = "Write stack traces and debug messages to standard error.",
        Recursive = true,
    };

    /// <summary>Runs a command line.</summary>
    /// <param name="args">Its words.</param>
    /// <param name="terminal">Where it writes.</param>
    /// <param name="cancellationToken">Stops the command in good order.</param>
    /// <returns>An <see cref="ExitCode"/>.</returns>
    public static async Task<int> RunAsync(string[] args, Terminal terminal, CancellationToken cancellationToken)
    {
        var parsed = Build(terminal).Parse(args);
        if (parsed.Errors is [var first, ..])
        {
            await terminal.Error.WriteLineAsync($"{first.Message} (see --help)");
            return ExitCode.Usage;
        }

        try
        {
            var configuration = new InvocationConfiguration
            {
                Output = terminal.Output,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // Program handles Ctrl+C
            };
            return await parsed.InvokeAsync(configuration, cancellationToken);
        }
        catch (Exception error)
        {
            return await ReportAsync(error, IsVerbose(parsed), terminal);
        }
    }

    /// <summary>Whether <c>--verbose</c> was given.</summary>
    public static bool IsVerbose(ParseResult parsed) => parsed.GetValue(s_verbose);

    private static RootCommand Build(Terminal terminal) => new("Mirrors VM backups from one Xen Orchestra repository to others.")
    {
        s_verbose,
        PlanCommand.Create(terminal),
        ListCommand.Create(terminal),
        DigestCommand.Create(terminal),
        VerifyCommand.Create(terminal),
        CleanCommand.Create(terminal),
        ExportCommand.Create(terminal),
        MirrorCommand.Create(terminal),
    };

    private static async Task<int> ReportAsync(Exception error, bool verbose, Terminal terminal)
    {
        var (message, code) = error switch
        {
            UsageException => ($"{error.Message} (see --help)", ExitCode.Usage),
            MirrorBackupException { Code: ErrorCodes.InvalidUrl } url => ($"{url.Code}: {url.Message}", ExitCode.Usage),
            OperationCanceledException => ("cancelled", ExitCode.Failure),
            MirrorBackupException known => ($"{known.Code}: {known.Message}", ExitCode.Failure),
            _ => ($"{error.GetType().Name}: {error.Message}", ExitCode.Failure),
        };
        await terminal.Error.WriteLineAsync(verbose ? error.ToString() : message.ReplaceLineEndings(" "));
        return code;
    }
}
