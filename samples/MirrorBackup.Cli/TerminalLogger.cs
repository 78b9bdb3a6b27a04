using Microsoft.Extensions.Logging;

namespace MirrorBackup.Cli;

/// <summary>Writes log messages to standard error, one line each: standard output belongs to results.</summary>
internal sealed class TerminalLogger(Terminal terminal, LogLevel minimum) : ILoggerProvider, ILogger
{
    /// <summary>Makes loggers for a command.</summary>
    /// <param name="terminal">Where messages go.</param>
    /// <param name="verbose">Debug messages too; otherwise from warnings on.</param>
    public static ILoggerFactory CreateFactory(Terminal terminal, bool verbose)
    {
        var minimum = verbose ? LogLevel.Debug : LogLevel.Warning;
        return new LoggerFactory([new TerminalLogger(terminal, minimum)], new LoggerFilterOptions { MinLevel = minimum });
    }

    /// <inheritdoc/>
    public ILogger CreateLogger(string categoryName) => this;

    /// <inheritdoc/>
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <inheritdoc/>
    public bool IsEnabled(LogLevel logLevel) => logLevel >= minimum && logLevel != LogLevel.None;

    /// <inheritdoc/>
    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel))
        {
            return;
        }

        var line = $"{Name(logLevel)}: {formatter(state, exception)}{(exception is null ? "" : $" ({exception.Message})")}";
        lock (terminal.Error)
        {
            terminal.Error.WriteLine(line.ReplaceLineEndings(" "));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private static string Name(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warning",
        _ => "error",
    };
}
