using Spectre.Console;

namespace MirrorBackup.Cli;

/// <summary>
/// Where a command writes. Results go to <see cref="Output"/>: with <c>--json</c> exactly one JSON document, otherwise what people read.
/// Everything else, such as progress, warnings and errors, goes to <see cref="Error"/>.
/// </summary>
internal sealed class Terminal(TextWriter output, TextWriter error)
{
    // What is read by a program or a pager has no width to break lines at.
    private const int RedirectedWidth = 240;

    /// <summary>Results, as plain text.</summary>
    public TextWriter Output { get; } = output;

    /// <summary>Everything else, as plain text.</summary>
    public TextWriter Error { get; } = error;

    /// <summary>Results, with tables and colours where the output is a terminal.</summary>
    public IAnsiConsole Results { get; } = Create(output, Console.IsOutputRedirected || output != Console.Out);

    /// <summary>Progress, in place where standard error is a terminal.</summary>
    public IAnsiConsole Progress { get; } = Create(error, Console.IsErrorRedirected || error != Console.Error);

    private static IAnsiConsole Create(TextWriter writer, bool redirected)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(writer),
            Ansi = redirected ? AnsiSupport.No : AnsiSupport.Detect,
            Interactive = redirected ? InteractionSupport.No : InteractionSupport.Detect,
        });
        if (redirected)
        {
            console.Profile.Width = RedirectedWidth;
        }

        return console;
    }
}
