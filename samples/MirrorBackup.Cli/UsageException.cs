namespace MirrorBackup.Cli;

/// <summary>Options that cannot be followed, found after parsing: answered with one line and <see cref="ExitCode.Usage"/>.</summary>
internal sealed class UsageException(string message) : Exception(message);
